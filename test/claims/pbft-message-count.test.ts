// Castro & Liskov, "Practical Byzantine Fault Tolerance", OSDI'99, section 4.2 and figure 1: the primary multicasts a pre-prepare to
// the backups, each backup a prepare to all other replicas, and every replica a commit to all others; the primary sends no
// prepare. Per batch that is (n − 1) + (n − 1)² + n (n − 1) messages, of which 1 + (n − 1) + n are different and signed once each.
import { expect, test } from 'vitest';
import { simulate } from '../../src/simulation/simulate.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { countOf, promptPbft, quietSpec } from '../support/quiet-spec.ts';

for (const n of [4, 5, 6, 7, 10, 16, 31])
  for (const auth of ['signature', 'mac'] as const)
    test(`PBFT with n = ${n} and auth: ${auth} sends exactly (n−1) + (n−1)² + n(n−1) protocol messages a batch`, () => {
      // One client with one request at a time, so every batch is a batch of one; the last one may be cut short by the horizon.
      const protocol = promptPbft({ checkpointInterval: 32_768, watermarkWindow: 65_536, auth });
      const batches = 40;
      const spec = quietSpec(n, 1 * MILLISECOND, { protocol, horizon: 10 * SECOND, stopAfter: batches });
      const { counts, segments } = simulate(spec);

      expect(counts.batches).toBe(batches);
      expect(counts.transactions).toBe(batches);
      expect(countOf(counts.sent, 'pre-prepare')).toBe(batches * (n - 1));
      expect(countOf(counts.sent, 'prepare')).toBe(batches * (n - 1) ** 2);
      expect(countOf(counts.sent, 'commit')).toBe(batches * n * (n - 1));
      const perBatch = n - 1 + (n - 1) ** 2 + n * (n - 1);
      expect(segments.reduce((sum, segment) => sum + segment.protocolMessages, 0)).toBe(batches * perBatch);
      // Each is signed once, however many copies are sent, and so is each request that a client sends; MACs are no signatures.
      const signed = auth === 'signature' ? 1 + (n - 1) + n : 0;
      expect(segments.reduce((sum, segment) => sum + segment.signatures, 0)).toBe(
        batches * signed + countOf(counts.sent, 'request'),
      );
      // Aside from these: a request to the primary, and a reply from everyone.
      expect(countOf(counts.delivered, 'request')).toBe(batches);
      expect(countOf(counts.sent, 'reply')).toBe(batches * n);
    });
