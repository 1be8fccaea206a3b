// Calibration: wrong implementations are found by known answers, poor clocks and spreads are refused, profiles load in scenarios.
import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { doubtfulDisk, measureDisk } from '../../src/calibration/disk.ts';
import { signatureVectors, wrongHash, wrongMac, wrongSignature } from '../../src/calibration/known-answers.ts';
import { measureSuite } from '../../src/calibration/measure-suite.ts';
import { nativeSuite } from '../../src/calibration/native-suite.ts';
import { nobleSuite, smSuite } from '../../src/calibration/package-suites.ts';
import { cryptoProfileText, diskProfileText } from '../../src/calibration/profile-text.ts';
import { clockStepNs, judgeSamples, timeOperation } from '../../src/calibration/timing.ts';
import { readCryptoProfile, readDiskProfile } from '../../src/scenario/profiles.ts';

const folder = mkdtempSync(join(tmpdir(), 'quorumlab-calibrate-'));
afterAll(() => rmSync(folder, { recursive: true }));
const about = { name: 'test', machine: 'a test machine', date: '2026-01-31' };
const suite = nativeSuite();

describe('known answers', () => {
  test('node:crypto passes all of them', () => {
    expect(suite.schemes.map(wrongSignature)).toEqual([null, null, null]);
    expect(wrongHash(suite.hash)).toBe(null);
    expect(wrongMac(suite.mac)).toBe(null);
  });

  test('a scheme that accepts everything, refuses everything, signs for another key or throws is found out', () => {
    const [first] = suite.schemes;
    if (first === undefined) throw new Error('no scheme');
    const wrong = /does not pass RFC 8032/;
    expect(wrongSignature({ ...first, verify: () => true })).toMatch(wrong);
    expect(wrongSignature({ ...first, verify: () => false })).toMatch(wrong);
    expect(wrongSignature({ ...first, sign: () => new Uint8Array(64) })).toMatch(wrong);
    const broken = () => {
      throw new Error('no such curve');
    };
    expect(wrongSignature({ ...first, verify: broken })).toMatch(/RFC 8032.*no such curve/);
  });

  test('a hash and a MAC that are not what they say are found out', () => {
    expect(wrongHash({ ...suite.hash, name: 'sm3' })).toMatch(/GB\/T 32905/);
    expect(wrongMac({ ...suite.mac, mac: (_, data) => suite.hash.digest(data) })).toMatch(/RFC 4231/);
  });

  test('what fails them is not timed and stands in the profile as left out', () => {
    const [ed25519, ...others] = suite.schemes;
    if (ed25519 === undefined) throw new Error('no scheme');
    const times = measureSuite(
      { ...suite, schemes: [{ ...ed25519, verify: () => true }, ...others.slice(0, 1)] },
      { stepNs: 40, timeMs: 60 },
    );
    expect(times.measured[0]).toMatchObject({ what: 'sign ed25519', timing: { ok: false } });
    expect(times.schemes.some(({ name }) => name === 'ed25519')).toBe(false);
    const usable = { ...times, schemes: [{ name: 'x', signNs: 2, verifyNs: 3 }], macNs: 1, hashPerKbNs: 1 };
    expect(cryptoProfileText(about, usable, [])).toContain('# Left out: sign ed25519: does not pass RFC 8032');
  });

  test('a package that is not installed is named, with how to install it', async () => {
    const absent = () =>
      Promise.reject(Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' }));
    expect(await smSuite(absent)).toEqual({ name: 'sm2-sm3', why: 'not installed; npm install sm-crypto-v2' });
  });
});

/** A package of the shape that is used, whose hash is that of node:crypto, with tags of its own for signatures. */
const fakeSm = (() => {
  const sm3 = (data: Uint8Array, options?: { key: string }) =>
    (options === undefined ? createHash('sm3') : createHmac('sm3', Buffer.from(options.key, 'hex')))
      .update(data)
      .digest('hex');
  const tag = (message: Uint8Array) => `own${sm3(message)}`;
  return {
    sm3,
    sm2: {
      doSignature: tag,
      doVerifySignature: (message: Uint8Array, signature: string) => {
        const vector = signatureVectors.sm2;
        const known = signature === vector.signature && Buffer.from(message).toString('hex') === vector.message;
        return known || signature === tag(message);
      },
    },
  };
})();

describe('packages', () => {
  test('one that answers wrongly is found out, and one without the parts that are used is named', async () => {
    const wrong = { ...fakeSm, sm3: () => '00'.repeat(32) };
    const suite = await smSuite(() => Promise.resolve(wrong));
    if ('why' in suite) throw new Error(suite.why);
    expect(wrongHash(suite.hash)).toBe('does not pass GB/T 32905-2016, "abc"');
    expect(await smSuite(() => Promise.resolve({}))).toMatchObject({
      why: expect.stringMatching(/^cannot be used \(/),
    });
  });

  test.each([
    ['noble', async () => nobleSuite(), /@noble\/curves (\d+\.){2}\d+ and @noble\/hashes (\d+\.){2}\d+ /],
    ['sm2-sm3', () => smSuite(() => import('sm-crypto-v2')), /^sm-crypto-v2 (\d+\.){2}\d+ /],
  ] as const)('%s as it is installed here passes the known answers, and says its version', async (_, open, version) => {
    const suite = await open();
    if ('why' in suite) throw new Error(suite.why);
    expect(suite.schemes.map(wrongSignature)).toEqual(suite.schemes.map(() => null));
    expect([wrongHash(suite.hash), wrongMac(suite.mac)]).toEqual([null, null]);
    expect(suite.summary).toMatch(version);
  });

  test('come with this package, or are optional peers of it', () => {
    const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    );
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(['@noble/curves', '@noble/hashes']));
    expect(Object.keys(peerDependencies)).toContain('sm-crypto-v2');
    for (const name of Object.keys(peerDependencies)) expect(peerDependenciesMeta[name]).toEqual({ optional: true });
  });
});

describe('timing', () => {
  const steady = Array.from({ length: 100 }, (_, i) => 1000 + (i % 10));

  test('gives the median and the spread of samples that agree', () => {
    const timing = judgeSamples(steady, 1);
    expect(timing).toMatchObject({ ok: true, medianNs: 1004 });
  });

  test('refuses too few samples, a spread over a fifth, and a clock whose step is over a hundredth', () => {
    expect(judgeSamples(steady.slice(0, 10), 1)).toMatchObject({
      ok: false,
      why: expect.stringContaining('10 samples'),
    });
    const wide = steady.map((value, i) => value * (i % 2 === 0 ? 1 : 1.3));
    expect(judgeSamples(wide, 1)).toMatchObject({ ok: false, why: expect.stringContaining('is the machine busy') });
    expect(judgeSamples(steady, 20)).toMatchObject({ ok: false, why: expect.stringContaining('clock') });
  });

  test('a clock of whole milliseconds is measured as such, and nothing is timed by it', () => {
    let at = 0;
    const coarse = () => {
      at += 0.1;
      return Math.floor(at);
    };
    expect(clockStepNs(coarse, 20)).toBe(1e6);
    expect(timeOperation(() => {}, { stepNs: 1e6, timeMs: 10 })).toMatchObject({ ok: false });
  });
});

describe('profiles', () => {
  test('a written crypto profile is one that scenarios read', () => {
    const times = {
      suite,
      schemes: [{ name: 'ed25519', signNs: 21_437.3, verifyNs: 60_512 }],
      macNs: 1480.2,
      hashPerKbNs: 612.7,
      measured: [],
    };
    const read = readCryptoProfile('x.yaml', cryptoProfileText(about, times, []) ?? '');
    expect(read).toMatchObject({
      ok: true,
      profile: {
        profile: 'test',
        date: '2026-01-31',
        schemes: [['ed25519', { sign: 21_400, verify: 60_500 }]],
        mac: 1480,
        hashPerKb: 613,
      },
    });
    expect(cryptoProfileText(about, { ...times, macNs: null }, [])).toBe(null);
  });

  test('a written disk profile is one that scenarios read, with the measured median and tail', () => {
    const text = diskProfileText(about, '/data', {
      p50Ns: 140_000,
      p99Ns: 280_000,
      bytesPerSecond: 1.5e9,
      writes: 500,
      spread: 0.1,
    });
    const read = readDiskProfile('x.yaml', text);
    // ln 2 ÷ 2.3263 = 0.298.
    expect(read).toMatchObject({
      ok: true,
      profile: { fsync: { name: 'lognormal', options: { median: 140_000, sigma: 0.298 } }, bandwidth: 12e9 },
    });
  });

  test('a disk whose writes are too short for the clock, or spread too far, gives no profile', () => {
    const times = { p50Ns: 140_000, p99Ns: 280_000, bytesPerSecond: 1e9, writes: 500, spread: 0.1 };
    expect(doubtfulDisk(times, 100)).toBe(null);
    expect(doubtfulDisk(times, 10_000)).toContain('too short for a clock that moves in steps of 10000 ns');
    expect(doubtfulDisk({ ...times, spread: 1.5 }, 100)).toContain('spreads over 150 % of the median');
  });

  test('measuring a disk gives ordered quantiles and leaves nothing behind', () => {
    const times = measureDisk(folder, 40);
    expect(times.p50Ns).toBeGreaterThan(0);
    expect(times.p99Ns).toBeGreaterThanOrEqual(times.p50Ns);
    expect(times.bytesPerSecond).toBeGreaterThan(0);
    expect(readdirSync(folder)).toEqual([]);
  });
});
