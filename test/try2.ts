import { kernelCases, specOf } from './support/kernel-cases.ts';
import { protocolNames } from './support/run-specs.ts';
import { simulate } from '../src/simulation/simulate.ts';
import { differingEvent } from '../src/simulation/event-difference.ts';
import { isDeepStrictEqual } from 'node:util';
const only = process.argv[2];
for (const [family, rows] of Object.entries(kernelCases)) for (const row of rows) for (const p of protocolNames) {
  if (only && !(family+row.name+p).includes(only)) continue;
  const spec = specOf(row, p);
  try {
    let t=performance.now();
    const a = simulate(spec); const ta=performance.now()-t; t=performance.now();
    const b = simulate(spec,{kernel:'reference'}); const tb=performance.now()-t;
    const bad: string[]=[];
    if (a.digest!==b.digest) bad.push('DIGEST '+differingEvent(spec));
    for (const k of Object.keys(a) as (keyof typeof a)[]) {
      let x: any=a[k], y: any=b[k];
      if (k==='counts') { x={...x,kernelBytes:0,peakInFlight:0}; y={...y,kernelBytes:0,peakInFlight:0}; }
      if (k==='digest'|| k==='utilisation') continue;
      if (!isDeepStrictEqual(x,y)) bad.push(k + (k==='counts'?` dropped ${x.dropped}/${y.dropped} retr ${x.retransmitted}/${y.retransmitted}`:k==='endedAt'?` ${x} ${y}`:''));
    }
    let du=''; a.utilisation.forEach((u,i)=>{ for (const k of Object.keys(u) as any[]) { const d=Math.abs((u as any)[k]-(b.utilisation[i] as any)[k])*a.endedAt; if (d>1.001) du+=`${i}.${k}:${d.toFixed(2)}ns `; }});
    if (du) bad.push('util '+du);
    console.log(bad.length?'XX':'ok', family, '|', row.name, '|', p, a.digest, `tx ${a.counts.transactions} of ${a.segments[0].offered} msgs ${a.counts.deliveredMessages}`, `${ta.toFixed(0)}/${tb.toFixed(0)}ms`, a.violations.map(v=>v.detail).join(), bad.join('; '));
  } catch(e) { console.log('EE', family, row.name, p, String((e as Error).stack).slice(0,500)); }
}
