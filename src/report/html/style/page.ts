/** The page's style sheet: system fonts, one column that becomes two where there is room, tables that scroll by themselves. */
export const pageCss = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1180px;margin:0 auto;padding:40px 24px 72px}
h1{font-size:clamp(1.5rem,1.1rem + 1.6vw,2.15rem);line-height:1.22;font-weight:650;letter-spacing:-.015em;margin:0;max-width:32em;text-wrap:balance}
h2{font-size:1.2rem;line-height:1.3;font-weight:650;letter-spacing:-.005em;margin:0 0 4px}
h3{font-size:1rem;font-weight:650;margin:24px 0 6px}
p{margin:0}
a{color:inherit}
.eyebrow{font-size:.85rem;color:var(--ink-soft);margin-bottom:8px}
.eyebrow b{color:var(--ink);font-weight:600}
section{margin-top:48px}
.lead{color:var(--ink-soft);max-width:46em;font-size:.95rem;text-wrap:pretty}
.verdict{margin-top:28px}
.verdict h2{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.verdict>ol{list-style:none;margin:0;padding:0 0 0 18px;border-left:3px solid var(--ink);max-width:52em}
.verdict>ol>li{margin:8px 0 0;text-wrap:pretty}
.verdict>ol>li:first-child{font-size:1.2rem;line-height:1.45;font-weight:550;margin:0}
.status{display:flex;flex-wrap:wrap;gap:8px;margin-top:22px;padding:0;list-style:none;font-size:.92rem}
.status li{border-radius:6px;padding:5px 12px}
.scope{display:grid;gap:24px 40px;grid-template-columns:minmax(0,1fr)}
.scope>div{border:1px solid var(--rule);border-radius:8px;padding:18px 22px;background:var(--card)}
.sign{width:12px;height:12px;margin-right:.45em;overflow:visible}
.bad-sign{color:var(--bad)}
.error{width:160px;height:20px;vertical-align:-5px}
.error .band{fill:var(--rule);opacity:.75}
.error .real{stroke:var(--ink-soft);stroke-width:1.5}
.predictions th[scope=row]{white-space:normal;min-width:14em}
.predictions table{min-width:0}
b.bad{padding:1px 6px;border-radius:4px}
.glance td:nth-child(n+4){white-space:nowrap}
.glance td:nth-child(6){white-space:normal;font-size:.85em;color:var(--ink-soft);min-width:13em}
.glance td:nth-child(2){min-width:17em}
.range{margin-top:14px;max-width:54em}
.good{background:var(--good-wash);color:var(--good)}
.bad{background:var(--bad-wash);color:var(--bad)}
.open{background:var(--caution-wash);color:var(--caution)}
.caution{background:var(--caution-wash);color:var(--caution)}
.box{border-radius:8px;padding:14px 18px;margin-top:16px;font-size:.95rem;max-width:60em}
.box ul{margin:4px 0 0;padding-left:20px}
.box b{font-weight:650}
.scroll{overflow-x:auto;margin-top:14px}
table{border-collapse:collapse;font-size:.92rem;min-width:100%}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{padding:8px 0 8px 24px;text-align:right;vertical-align:baseline;border-bottom:1px solid var(--grid);font-weight:400}
th:first-child{text-align:left;padding-left:0}
thead th{color:var(--ink-soft);font-size:.85rem;border-bottom:1px solid var(--rule);vertical-align:bottom}
tbody th{white-space:nowrap}
td{white-space:nowrap}
.value,.interval{white-space:nowrap}
.interval{color:var(--ink-soft);font-size:.85em}
.words td,.events td{text-align:left;white-space:normal}
.events td:nth-child(-n+3){white-space:nowrap}
.words code{white-space:nowrap}
.words thead th,.events thead th{text-align:left}
.key table{min-width:0}
.key:not(.points-down) :is(th,td){text-align:left;padding-left:48px}
.key:not(.points-down) :is(th,td):first-child{padding-left:0}
.key thead th{font-size:.95rem;color:var(--ink);font-weight:650}
.key th[scope=row]{color:var(--ink-soft)}
.key.points-down tr>:first-child{position:sticky;left:0;background:var(--page);padding-right:8px}
.key.points-down th[scope=row]{color:var(--ink);font-weight:600}
.key.points-down thead th{font-size:.85rem;color:var(--ink-soft);font-weight:400}
.key .wide{white-space:normal;display:block;max-width:26em}
.points-down .wide{white-space:nowrap;max-width:none}
.key .value{font-weight:550}
.swatch{display:inline-block;width:.72em;height:.72em;border-radius:2px;background:currentColor;margin-right:.5em}
.stroke{display:inline-block;width:32px;height:12px;margin-right:.45em;vertical-align:-1px}
.tick{display:inline-block;width:3px;height:1em;background:var(--ink);margin-right:.5em;vertical-align:-2px}
.whisker{display:inline-block;width:20px;height:9px;margin-right:.5em;border:solid var(--ink);border-width:0 1.5px;background:linear-gradient(var(--ink),var(--ink)) center/100% 1.5px no-repeat}
.sign-fault{display:inline-block;width:11px;height:11px;border-radius:2px;background:var(--bad);margin-right:.45em}
.sign-mark{display:inline-block;width:10px;height:10px;border-radius:50%;background:var(--ink-soft);margin-right:.45em}
.charts{display:grid;gap:48px 56px;grid-template-columns:minmax(0,1fr)}
figure{margin:0;min-width:0}
figcaption{margin-bottom:4px}
.small{font-size:.88rem;margin-top:8px}
.legend{display:flex;flex-wrap:wrap;gap:4px 20px;list-style:none;margin:12px 0 0;padding:0;font-size:.88rem}
.legend li{display:flex;align-items:center}
.panels{display:grid;gap:12px 40px;grid-template-columns:minmax(0,1fr);margin-top:10px}
.panel h3{margin:8px 0 2px;font-size:.92rem}
.panel{min-width:0}
.plot{position:relative;width:100%;overflow:hidden}
.plot p{color:var(--ink-soft);font-size:.9rem}
details{margin-top:8px;font-size:.92rem}
summary{cursor:pointer;color:var(--ink-soft);font-size:.88rem;width:fit-content}
summary:hover{color:var(--ink)}
details .scroll{max-height:340px;overflow:auto}
:focus-visible{outline:2px solid var(--point-0);outline-offset:3px;border-radius:2px}
.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:6px 24px;margin:14px 0 0;font-size:.95rem}
.facts dt{color:var(--ink-soft)}
.facts dd{margin:0;overflow-wrap:anywhere}
code{font:.88em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.command{display:flex;gap:10px;align-items:stretch;margin-top:14px;max-width:60em}
.command code{flex:1;min-width:0;overflow-x:auto;white-space:nowrap;background:var(--card);border:1px solid var(--rule);border-radius:6px;padding:10px 14px;user-select:all}
button{font:inherit;font-size:.9rem;color:var(--ink);background:var(--card);border:1px solid var(--rule);border-radius:6px;padding:0 16px;cursor:pointer}
button:hover{border-color:var(--ink-soft)}
.plain{padding-left:20px;margin:8px 0 0;font-size:.95rem;max-width:60em}
.plain li{margin-top:4px}
footer{margin-top:56px;padding-top:16px;border-top:1px solid var(--rule);color:var(--ink-soft);font-size:.85rem}
@media (min-width:980px){
.scope{grid-template-columns:repeat(2,minmax(0,1fr))}
.charts{grid-template-columns:repeat(2,minmax(0,1fr))}
.charts>.full{grid-column:1/-1}
.panels.side{grid-template-columns:repeat(2,minmax(0,1fr))}
}
@media (max-width:560px){
body{font-size:15px}
main{padding:24px 16px 48px}
section{margin-top:40px}
.key td .value,.key td .interval{display:block}
th,td{padding-left:16px}
.key:not(.points-down) :is(th,td){padding-left:14px;white-space:normal}
.key th[scope=row]{min-width:6.2em;hyphens:auto;position:sticky;left:0;background:var(--page)}
.key td{min-width:7em}
.facts{grid-template-columns:minmax(0,1fr);gap:0}
.facts dd{margin-bottom:8px}
}
@media print{
:root{--page:#fff}
details:not([open]){display:none}
body{font-size:10.5pt}
main{max-width:none;padding:0}
button{display:none}
.charts{display:block}
figure{margin-top:24px}
figure,tr,.verdict,.box{break-inside:avoid}
h2,h3{break-after:avoid}
section{margin-top:24px}
.scroll{overflow:visible}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`;
