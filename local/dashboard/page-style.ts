/** The page's own style; that of the charts comes with their library. Colours are Okabe and Ito's, and greys. */
export const pageStyle = `
:root{--paper:#fff;--back:#f2f4f5;--ink:#16191f;--faint:#545b64;--rule:#d5dbdb;--link:#0058a3;--good:#00664f;--bad:#a33b00;--bad-back:#fff1e8;--good-back:#eef8f4;--none-back:#f4f4f4;--act:#0058a3}
:root[data-theme=dark]{--paper:#161d26;--back:#0f1520;--ink:#f2f3f3;--faint:#a9b4c0;--rule:#2f3946;--link:#7cc4f5;--good:#4cc9a4;--bad:#ff9a5c;--bad-back:#3a2114;--good-back:#12302a;--none-back:#222b36;--act:#7cc4f5}
:root[data-theme=dark]{color-scheme:dark}
:root[data-theme=light]{color-scheme:light}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:13px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
[hidden]{display:none!important}
h1,h2,h3,p,ul,ol,dl,dd{margin:0}
ul,ol{padding:0;list-style:none}
button,select{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--rule);border-radius:6px;padding:4px 10px}
button{cursor:pointer}
:focus-visible{outline:2px solid var(--link);outline-offset:1px}
.top{position:sticky;top:0;z-index:2;display:flex;align-items:center;gap:14px;padding:8px 16px;background:var(--paper);border-bottom:1px solid var(--rule)}
.brand{font-size:16px}
[role=tablist]{display:flex;gap:2px;margin-right:auto}
[role=tab]{border:0;border-bottom:2px solid transparent;border-radius:0;padding:6px 12px;color:var(--faint)}
[role=tab][aria-selected=true]{color:var(--ink);border-bottom-color:var(--link);font-weight:600}
#connection{color:var(--bad)}
#now,#time-range{color:var(--faint);white-space:nowrap}
main{padding:12px 16px 40px;max-width:1920px;margin:0 auto}
.variables{display:flex;gap:18px;margin:0 0 10px}
.variables:empty{display:none}
.grid{display:grid;grid-template-columns:repeat(24,minmax(0,1fr));grid-auto-rows:44px;gap:8px}
.widget{display:flex;flex-direction:column;min-width:0;min-height:0;overflow:hidden;background:var(--paper);border:1px solid var(--rule);border-radius:8px;padding:8px 10px}
.widget h3{font-size:13px;font-weight:600;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;flex:none}
.widget .body{flex:1;min-height:0;min-width:0;display:flex;flex-direction:column}
.widget.text{background:none;border-color:transparent;padding:4px 2px;justify-content:center}
.widget.text h1{font-size:20px}
.widget.text h2{font-size:15px;align-self:flex-start;margin-top:auto}
.widget.text p{margin-top:4px;font-size:14px}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.92em}
.chart{flex:1;min-height:0;display:flex;flex-direction:column}
.plot{flex:1;min-height:0;min-width:0;overflow:hidden}
.legend{flex:none;display:flex;flex-wrap:wrap;gap:0 14px;max-height:54px;overflow-y:auto;font-size:12px;line-height:18px}
.legend li{display:flex;align-items:center;max-width:100%;gap:5px;color:var(--faint)}
.legend span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.legend b{color:var(--ink);font-weight:600}
.sign{flex:none;width:12px;height:0;border-top:3px solid}
.sign.dashed{border-top-style:dotted}
.values{flex:1;display:grid;grid-auto-flow:column;grid-auto-columns:1fr;align-items:center}
.values div{display:flex;flex-direction:column;padding:0 12px}
.values div+div{border-left:1px solid var(--rule)}
.values dd{font-size:32px;line-height:36px;font-weight:300}
.values dt{color:var(--faint)}
.tiles{flex:1;min-height:0;overflow:auto;display:grid;grid-template-columns:repeat(auto-fill,minmax(205px,1fr));gap:6px;align-content:start;padding-top:6px}
.tile{display:grid;grid-template-columns:1fr auto;gap:0 8px;padding:4px 8px;border-radius:6px;border-left:4px solid var(--good);background:var(--good-back)}
.tile.ALARM{border-left-color:var(--bad);background:var(--bad-back)}
.tile.INSUFFICIENT_DATA{border-left-color:var(--faint);background:var(--none-back)}
.tile .name{grid-column:1/-1;grid-row:2;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.tile small{color:var(--faint)}
.state{display:inline-flex;gap:5px;align-items:baseline;font-weight:600;white-space:nowrap;color:var(--good)}
.state i{font-style:normal}
.state.ALARM{color:var(--bad)}
.state.INSUFFICIENT_DATA{color:var(--faint)}
.scroll,.custom{flex:1;min-height:0;overflow:auto}
table{border-collapse:collapse;width:100%;font-size:12px}
th,td{padding:3px 8px;border-bottom:1px solid var(--rule);text-align:left;vertical-align:top}
th{position:sticky;top:0;background:var(--paper);color:var(--faint);font-weight:600}
td:first-child{white-space:nowrap}
.empty,.condition,.summary{color:var(--faint)}
.problem,.because{color:var(--bad)}
.summary{margin:0 0 10px}
.beside{display:grid;grid-template-columns:minmax(0,1fr) 330px;gap:16px;align-items:start}
.alarms{display:grid;grid-template-columns:repeat(auto-fill,minmax(330px,1fr));gap:10px}
.alarm-card{display:flex;flex-direction:column;gap:3px;min-height:250px;padding:10px 12px;background:var(--paper);border:1px solid var(--rule);border-left:4px solid var(--good);border-radius:8px}
.alarm-card.ALARM{border-left-color:var(--bad)}
.alarm-card header{display:grid;grid-template-columns:1fr auto;gap:0 10px;align-items:baseline}
.alarm-card h3{font-size:14px;overflow-wrap:anywhere}
.alarm-card small{grid-column:1/-1;color:var(--faint)}
.alarm-card .condition{font-size:12px}
.alarm-card .chart{min-height:120px;margin-top:auto;flex:none;height:130px}
.alarm-card .plot{flex:1}
aside{position:sticky;top:60px;background:var(--paper);border:1px solid var(--rule);border-radius:8px;padding:10px 12px}
aside h2{font-size:14px;margin-bottom:6px}
.changes{max-height:calc(100vh - 140px);overflow:auto}
.changes li{display:grid;grid-template-columns:42px 76px 1fr;gap:6px;padding:2px 0}
.changes time,.timeline time{color:var(--faint)}
.timeline{height:calc(100vh - 130px);overflow:auto;background:var(--paper);border:1px solid var(--rule);border-radius:8px;padding:8px 12px}
.timeline li{display:grid;grid-template-columns:66px 74px minmax(0,1fr);gap:8px;padding:1px 0}
.timeline .kind{color:var(--faint)}
.timeline .text{overflow-wrap:anywhere}
.timeline .act{margin-top:10px;font-weight:600;color:var(--act)}
.timeline .bad .text{color:var(--bad)}
.timeline .good .text{color:var(--good)}
.timeline .decision .text{font-weight:500}
.popup{width:min(1040px,94vw);max-height:90vh;border:1px solid var(--rule);border-radius:10px;background:var(--paper);color:inherit;padding:12px}
.popup::backdrop{background:rgb(0 0 0/.45)}
.popup .close{float:right;margin-bottom:8px}
@media (max-width:1000px){.grid{display:block}.grid .widget{min-height:240px;margin-bottom:8px}.grid .widget.text{min-height:0}.beside{grid-template-columns:minmax(0,1fr)}}
`;
