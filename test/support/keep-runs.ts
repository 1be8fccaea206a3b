// A process that keeps two runs in the store that it is given, over and over: several of them at once must not disturb each other.
import { runIdentity } from '../../src/results/run-identity.ts';
import { openRunStore } from '../../src/results/run-store.ts';
import { fakeRun, fakeSpec } from './fake-run.ts';

const store = openRunStore(process.argv[2] as string, { build: 'this' });
const specs = [1, 2].map((seed) => fakeSpec({ seed }));
const results = specs.map((spec) => fakeRun(spec));
for (let round = 0; round < 100; round++)
  for (const [i, spec] of specs.entries()) store.keep(runIdentity(spec), spec, results[i] as (typeof results)[number]);
