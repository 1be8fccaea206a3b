// Names that every JavaScript object answers to (`toString`, `__proto__`, `constructor`, …) are in no registry: wherever a scenario
// puts one, as a name, as a key or in --set, it is told like any other unknown name, or taken as plain text where text is free.
import { describe, expect, test } from 'vitest';
import { isMap, isScalar, isSeq, parseDocument, Scalar } from 'yaml';
import { loadScenario } from '../../src/scenario/load.ts';
import { formatProblem } from '../../src/scenario/problem.ts';
import { readTextFile } from '../../src/scenario/profiles.ts';

const NAMES = Object.getOwnPropertyNames(Object.prototype);

/** One of everything that is looked up by a name. */
const SCENARIO = `scenario: 1
name: names
question: Which?
seed: 1
run: { duration: 2s, replications: 1 }
progress_within: 1s
network: { matrix: multi-az, jitter: { lognormal: { mean: 1ms, p99: 5ms } }, egress: { bandwidth: 1Gbps, discipline: fair }, transport: tcp }
machine: { crypto: { profile: noble, scheme: ed25519, mode: modelled }, disk: { fsync: { constant: { value: 1ms } }, bandwidth: 1Gbps } }
nodes: { sites: { zone-a: 2, zone-b: 2 } }
clients:
  - { site: zone-a, load: { open: { poisson: 20/s } }, submit: primary, retry_after: 2s }
  - { site: zone-a, load: { closed: { clients: 1, think: { exponential: { mean: 1s } } } } }
  - { site: zone-a, load: { open: trace } }
workload: { arrival_trace: { file: ./small.csv, time: t, target_rate: 10/s, workload: { opaque: { request_bytes: 100B } } } }
compare:
  - { label: a, protocol: pbft, batch: { timeout: 20ms } }
  - { label: b, protocol: raft, nodes: { sites: { zone-a: 2, zone-b: 1 } } }
levels: { compare.1.heartbeat: [50ms] }
faults: [{ crash: leader, at: 1s, for: 500ms }, { partition: { site: zone-a }, at: 1s, for: 100ms }]
objective: { finality_p99: 1s }
`;

type Path = readonly (string | number)[];
interface Place {
  readonly path: Path;
  readonly change: 'value' | 'key';
}

function placesOf(text: string): readonly Place[] {
  const places: Place[] = [];
  const walk = (node: unknown, path: Path): void => {
    if (isMap(node))
      for (const { key, value } of node.items) {
        places.push({ path: [...path, String(key)], change: 'key' });
        walk(value, [...path, String(key)]);
      }
    else if (isSeq(node)) for (const [i, item] of node.items.entries()) walk(item, [...path, i]);
    if (path.length > 0) places.push({ path, change: 'value' });
  };
  walk(parseDocument(text).contents, []);
  return places;
}

function changed({ path, change }: Place, name: string): string {
  const document = parseDocument(SCENARIO);
  if (change === 'value') document.setIn(path, name);
  else {
    const holder = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1));
    if (!isMap(holder)) throw new Error(`no mapping holds ${path.join('.')}`);
    const pair = holder.items.find(({ key }) => isScalar(key) && String(key.value) === path.at(-1));
    if (pair === undefined) throw new Error(`no ${path.join('.')}`);
    pair.key = new Scalar(name);
  }
  return document.toString();
}

/** The messages, or none; a throw fails the test. */
function messagesOf(text: string, overrides: readonly string[] = []): readonly string[] {
  const read = loadScenario('names.yaml', {
    overrides,
    readText: (path) =>
      path.endsWith('names.yaml') ? text : path.endsWith('small.csv') ? 't\n1\n2\n3\n' : readTextFile(path),
  });
  return read.ok ? [] : read.problems.filter(({ severity }) => severity === 'error').map(formatProblem);
}

const places = placesOf(SCENARIO);
/** What stands there is free text, or a name that the file itself may give. */
const free = /^(name|question|compare\.\d\.label)$/;

describe('a name of Object.prototype', () => {
  test('the scenario itself is sound', () => {
    expect(messagesOf(SCENARIO)).toEqual([]);
    expect(places.length).toBeGreaterThan(90);
  });

  // One name everywhere, and all of them in turn.
  test.each([['__proto__'], NAMES])('%s … is refused as a value and as a key, at every place of a file', (...names) => {
    const accepted: string[] = [];
    for (const [i, place] of places.entries()) {
      const at = place.path.join('.');
      const name = names[i % names.length] as string;
      if (messagesOf(changed(place, name)).length === 0 && !(place.change === 'value' && free.test(at)))
        accepted.push(`${place.change} of ${at}`);
    }
    expect(accepted).toEqual([]);
  });

  test.each([NAMES])('%s … is refused by --set, as a value and as a step of a path', (...names) => {
    const accepted: string[] = [];
    for (const [i, { path }] of places.filter(({ change }) => change === 'value').entries()) {
      const name = names[i % names.length] as string;
      const at = path.join('.');
      if (!free.test(at) && messagesOf(SCENARIO, [`${at}=${name}`]).length === 0) accepted.push(`${at}=${name}`);
      if (messagesOf(SCENARIO, [`${at}.${name}=1`]).length === 0) accepted.push(`${at}.${name}=1`);
    }
    expect(accepted).toEqual([]);
  });
});
