import { kernelCases, specOf } from './support/kernel-cases.ts';
import { simulate } from '../src/simulation/simulate.ts';
import { Transport } from '../src/network/transport.ts';
const spec = specOf(kernelCases.faults.find(r=>r.name.startsWith('faults on slow'))!, 'raft');
const log: string[] = []; 
const P: any = Transport.prototype;
for (const name of ['repair','release'] ) { const f = P[name]; P[name] = function(state: any, ...args: any[]) { const before=this.retransmitted; const r = f.call(this, state, ...args); if (this.retransmitted>before) log.push(`${name} ${state.source}>${state.receiver} ${args[args.length-1]} `); return r; }; }
simulate(spec); const a = log.splice(0).sort(); const ra=a;
const res = simulate(spec,{kernel:'reference'}); const b = log.splice(0).sort();
console.log('only fast', a.filter(x=>!b.includes(x)), 'only ref', b.filter(x=>!a.includes(x)), a.length,b.length);
console.log(res.violations, res.endedAt, res.timeline.events.filter(e=>e.kind==='fault'||e.text.startsWith('leader')).map(e=>`${e.at/1e6} ${e.node} ${e.text}`));
import { differingEvent } from '../src/simulation/event-difference.ts';
console.log(differingEvent(spec));
const Q: any = Transport.prototype; let k='';
for (const name of ['openHole','decide','send','hold','breakLink','closeHole']) { const f=Q[name]; Q[name]=function(...args: any[]) { 
 const s=args[0]; if ((s?.source===2&&s?.receiver===4)) log.push(`${k} ${name} ${JSON.stringify(args.slice(1)).slice(0,150)}`);
 else if (name==='send' && args[0]===2 && args[1]===4) log.push(`${k} send seq ${this.links.flights.ints[args[2]*16+1]} dep ${args[3]}`);
 return f.apply(this,args); } }
k='F'; simulate(spec); const A=log.splice(0); k='R'; simulate(spec,{kernel:'reference'}); const B=log.splice(0);
const f=(l: string[])=>l.filter(x=>{ const m=/dep (\d+)/.exec(x); return !m || (+m[1]>600e6&&+m[1]<720e6); });
console.log(f(A).slice(-60).join('\n')); console.log('---'); console.log(f(B).slice(-60).join('\n'));
