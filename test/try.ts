import { testSpec, protocolNames, clientsAt, closedLoad, openLoad } from '/work/main/test/support/run-specs.ts';
import { simulate } from '/work/main/src/simulation/simulate.ts';
for (const p of protocolNames) for (const n of [1,3,4,7]) for (const cores of [1,2,4]) {
  const spec = testSpec(p, n, {machine: {cores}});
  try {
  const a = simulate(spec), b = simulate(spec,{kernel:'reference'});
  console.log(p,n,cores,a.digest,b.digest,a.digest===b.digest?'':'DIFFER',a.counts.transactions,b.counts.transactions,a.violations.map(v=>v.detail).join());
  } catch(e) { console.log(p,n,cores,String((e as Error).stack).slice(0,400)); }
}
import { differingEvent } from '/work/main/src/simulation/event-difference.ts';
for (const [n,cores] of [[1,2],[3,4]] as const) console.log(differingEvent(testSpec('pbft', n, {machine:{cores}})));
