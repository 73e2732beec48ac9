/** Colours of places, told apart in hue and lightness also by who does not see red and green apart; the same in light and dark. */
export const placeColours = 8;

export const style = `
:root { color-scheme: light dark; --page: #f7f7f5; --card: #ffffff; --text: #1d2126; --faint: #5d6670; --line: #dcdfe3; --free: #e9ebee;
  --c0: #3b78b8; --c1: #b8661b; --c2: #3b8262; --c3: #b5568c; --c4: #7c60bd; --c5: #86701f; --c6: #2f7f8a; --c7: #6f757d; --on: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --page: #15181c; --card: #1d2126; --text: #e6e8eb; --faint: #9aa3ad; --line: #333a42; --free: #2a3037;
  --c0: #35689c; --c1: #b06820; --c2: #3d805f; --c3: #964873; --c4: #705aa5; --c5: #86701f; --c6: #33808a; --c7: #6c7178; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 0 0 12px; }
p { margin: 0 0 8px; }
.faint { color: var(--faint); }
.mono, code { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace; font-size: 12.5px; overflow-wrap: anywhere; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px; margin-top: 18px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 12px; margin-top: 18px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px; }
.tile b { display: block; font-size: 21px; line-height: 1.2; font-weight: 600; }
.tile span { color: var(--faint); font-size: 13px; }
.map { display: flex; height: 44px; border-radius: 6px; overflow: hidden; border: 1px solid var(--line); background: var(--free); }
.map div { position: relative; min-width: 1px; border-right: 1px solid var(--card); }
.map div:last-child { border-right: 0; }
.map i { position: absolute; inset: 0 auto 0 0; background: var(--colour); }
.map div::before { content: ""; position: absolute; inset: 0; background: var(--colour); opacity: .28; }
.map span { position: absolute; left: 6px; top: 11px; font-size: 12.5px; white-space: nowrap; }
.map .filled span { color: var(--on); }
.scale { display: flex; justify-content: space-between; color: var(--faint); font-size: 12px; margin: 4px 0 14px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
th { text-align: left; font-weight: 600; color: var(--faint); font-size: 12.5px; }
th, td { padding: 5px 14px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.nowrap { white-space: nowrap; }
td.path { min-width: 190px; }
.scroll td.mono { overflow-wrap: normal; white-space: nowrap; }
.scroll td.wraps { white-space: normal; overflow-wrap: anywhere; }
.swatch { display: inline-block; width: 11px; height: 11px; border-radius: 3px; background: var(--colour); margin-right: 8px; vertical-align: -1px; }
.narrow { display: none; }
svg { display: block; width: 100%; height: auto; }
svg text { font-family: inherit; }
.cell { stroke: var(--card); stroke-width: 1.5; }
.cell-label { fill: var(--on); pointer-events: none; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin-top: 10px; font-size: 13px; }
.edge { fill: none; stroke: var(--faint); stroke-width: 1.4; }
.node { fill: var(--text); }
.chips { display: flex; flex-wrap: wrap; gap: 6px; margin: 0 0 12px; padding: 0; list-style: none; }
.chips li { border: 1px solid var(--line); border-radius: 999px; padding: 1px 10px; }
details { margin-top: 10px; }
details > summary { cursor: pointer; padding: 4px 0; font-weight: 600; }
footer { color: var(--faint); font-size: 13px; margin-top: 22px; }
@media (max-width: 640px) { .wide, .map .wide { display: none; } .narrow { display: block; } main { padding: 16px 12px 32px; } section { padding: 14px 12px; }
  h1 { font-size: 20px; } th, td { padding-right: 10px; } .parts .at { display: none; } }
@media print { section { break-inside: avoid; } }
`;
