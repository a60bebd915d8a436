/** Blue and orange, and the rest of Okabe and Ito's palette: told apart with every kind of colour vision. */
export const pageStyle = `
:root{--paper:#fff;--ink:#1b1f24;--faint:#5b636d;--rule:#d8dde3;--spot:#0072b2;--on-demand:#e69f00;--met:#00664f;--missed:#a33b00;
--c-optimum:#1b1f24;--c-bridge:#0072b2;--c-strategy:#b0518a;--c-spot-only:#007d5c;--c-on-demand-only:#d55e00;--c-flip:#c98a00;--c-whole-twin:#3a9bd6;--c-on-failure:#7a7a00}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e6e9ed;--faint:#a3abb5;--rule:#343a42;--spot:#3d9bdc;--on-demand:#f0b429;--met:#4cc9a4;--missed:#ff9a5c;
--c-optimum:#e6e9ed;--c-bridge:#3d9bdc;--c-strategy:#e08fbd;--c-spot-only:#2fbf96;--c-on-demand-only:#ff8a4a;--c-flip:#f0b429;--c-whole-twin:#8ccbf2;--c-on-failure:#d8d84a}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1160px;padding:24px 20px 64px;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
h1{font-size:24px;line-height:1.25;margin:0 0 6px}
h2{font-size:18px;margin:0 0 2px;overflow-wrap:anywhere}
header p,section>p,figcaption,.note{color:var(--faint);margin:0 0 10px}
section{margin-top:36px;padding-top:20px;border-top:1px solid var(--rule)}
figure{margin:14px 0 0}
figcaption,.note,table,.key{font-size:13px}
svg{display:block;width:100%;height:auto}
svg text{font-size:12px;fill:var(--faint);font-variant-numeric:tabular-nums}
.grid{stroke:var(--rule);stroke-width:1;fill:none}
.run{display:none}
.spot{fill:var(--spot)}
.on-demand{fill:var(--on-demand)}
.capacity{fill:none;stroke:var(--ink);stroke-width:1.2}
.thin{stroke-width:.6;opacity:.75}
.wanted{fill:none;stroke:var(--ink);stroke-width:1.6;stroke-dasharray:7 5}
.point{fill:var(--ink);stroke:var(--paper);stroke-width:1}
.choice{border:1px solid var(--rule);border-radius:6px;margin:14px 0 0;padding:6px 12px 10px;display:flex;flex-wrap:wrap;gap:4px 18px}
.choice legend{font-size:13px;color:var(--faint);padding:0 4px}
.choice label{cursor:pointer;white-space:nowrap}
.key{display:flex;flex-wrap:wrap;gap:4px 18px;margin:12px 0 0}
.swatch{display:inline-block;width:18px;height:11px;margin-right:6px;vertical-align:-1px}
.is-spot{background:var(--spot)}
.is-on-demand{background:var(--on-demand)}
.is-capacity{height:0;border-top:1.5px solid var(--ink);vertical-align:3px}
.is-wanted{height:0;border-top:2px dashed var(--ink);vertical-align:3px}
.beside{display:grid;grid-template-columns:minmax(300px,1fr) minmax(0,2fr);gap:20px;align-items:center}
.beside>*{min-width:0}
.scroll{overflow-x:auto}
.scroll>svg{min-width:760px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:4px 7px;border-bottom:1px solid var(--rule);text-align:right;white-space:nowrap}
th:first-child{text-align:left;font-weight:500;padding-left:0}
thead th{color:var(--faint);font-weight:500;vertical-align:bottom;white-space:normal}
.sign{display:inline-block;width:16px;height:16px;margin-right:6px;vertical-align:-3px}
.goals{padding-left:20px;overflow-wrap:anywhere}
.goals b{font-weight:600}
.met b{color:var(--met)}
.missed b{color:var(--missed)}
@media (max-width:820px){.beside{grid-template-columns:minmax(0,1fr)}}
${['optimum', 'bridge', 'strategy', 'spot-only', 'on-demand-only', 'flip', 'whole-twin', 'on-failure']
  .map((name) => `.c-${name}{fill:var(--c-${name})}`)
  .join('\n')}
`;
