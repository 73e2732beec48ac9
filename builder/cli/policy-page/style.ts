/** Colours of services, told apart in hue and lightness, each with a text colour that can be read on it; one more is grey. */
export const serviceColours = 7;

export const style = `
:root { color-scheme: light dark; --page: #f6f6f3; --card: #ffffff; --text: #1c2025; --faint: #5c6570; --line: #dde0e4; --grid: #eceef0; --self: #e4e7ea; --head: #f0f1f2;
  --b0: #dbe8f6; --f0: #1b4f86; --b1: #fbe6d2; --f1: #83450a; --b2: #d8efe2; --f2: #1d5a3e; --b3: #f7dfec; --f3: #87285d; --b4: #e6dffa; --f4: #4d3396; --b5: #f4ecc6; --f5: #5f4e06;
  --b6: #d5eef1; --f6: #155660; --b7: #e6e8eb; --f7: #414850; }
@media (prefers-color-scheme: dark) { :root { --page: #14171b; --card: #1c2025; --text: #e7e9ec; --faint: #9ba4ae; --line: #343b43; --grid: #272d34; --self: #2b3138; --head: #22272d;
  --b0: #1e3b58; --f0: #b5d6f6; --b1: #4d3015; --f1: #f5cfa4; --b2: #1b4330; --f2: #b0e4c9; --b3: #4f2340; --f3: #f5c0dd; --b4: #392c62; --f4: #d5c8fb; --b5: #463d12; --f5: #eedf9c;
  --b6: #16434a; --f6: #ade4ec; --b7: #353c44; --f7: #d0d6dd; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 1360px; margin: 0 auto; padding: 28px 18px 56px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 17px; margin: 0 0 4px; }
p { margin: 0 0 10px; }
.faint { color: var(--faint); }
.lead { font-size: 16px; }
code, pre, .mono { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace; font-size: 12.5px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px; margin-top: 18px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 12px; margin-top: 18px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 12px 16px; }
.tile b { display: block; font-size: 22px; line-height: 1.25; font-weight: 650; font-variant-numeric: tabular-nums; }
.tile span { color: var(--faint); font-size: 13px; }
.scroll { overflow-x: auto; }
table { border-collapse: separate; border-spacing: 0; font-size: 13.5px; }
.matrix { min-width: 100%; }
.matrix th { font-weight: 600; font-size: 13px; white-space: nowrap; }
.matrix thead th { text-align: left; padding: 7px 9px; background: var(--head); border-bottom: 1px solid var(--line); vertical-align: bottom; }
.matrix thead th:first-child { border-top-left-radius: 8px; } .matrix thead th:last-child { border-top-right-radius: 8px; }
.matrix tbody th { text-align: left; padding: 7px 14px 7px 9px; background: var(--head); position: sticky; left: 0; border-right: 1px solid var(--line); border-bottom: 1px solid var(--grid); }
.matrix thead th:first-child { position: sticky; left: 0; color: var(--faint); font-weight: 400; font-size: 12px; }
.matrix td { padding: 5px 6px; border-bottom: 1px solid var(--grid); border-right: 1px solid var(--grid); vertical-align: top; min-width: 64px; }
.matrix td:last-child { border-right: 0; }
.matrix tbody tr:hover td, .matrix tbody tr:hover th { background: color-mix(in srgb, var(--card) 88%, var(--f0)); }
.matrix .edge { border-left: 2px solid var(--line); }
.matrix tr.edge > * { border-top: 2px solid var(--line); border-left-width: 0; }
.matrix .self { background: repeating-linear-gradient(-45deg, var(--self) 0 3px, transparent 3px 8px); }
.matrix .none::before { content: "·"; color: var(--faint); opacity: .55; display: block; text-align: center; line-height: 22px; }
.chip { display: block; border-radius: 6px; padding: 2px 8px; margin: 1px 0; background: var(--b); color: var(--f); font-size: 12.5px; line-height: 1.45; white-space: nowrap; }
.chip i { font-style: normal; opacity: .82; font-size: 11.5px; margin-left: 5px; }
.chip u { text-decoration: none; display: block; font-size: 11px; opacity: .85; white-space: normal; max-width: 190px; }
.tight .chip i { display: block; margin: 0; } .tight td { padding: 4px; min-width: 56px; } .tight thead th { padding: 7px 6px; } .tight .chip { padding: 2px 6px; } .tight .chip u { max-width: 112px; }
.dense td { min-width: 0; padding: 3px; } .dense thead th { writing-mode: vertical-rl; transform: rotate(180deg); padding: 8px 4px; text-align: left; } .dense thead th.edge { border-left: 0; border-right: 2px solid var(--line); } .dense thead th:first-child { writing-mode: horizontal-tb; transform: none; }
.dense tbody th { padding: 2px 10px 2px 9px; font-size: 12.5px; }
.dense .chip { width: 16px; height: 16px; padding: 0; border-radius: 4px; background: var(--f); display: inline-block; margin: 1px; vertical-align: top; overflow: hidden; text-indent: 100px; }
.dense .none::before { line-height: 16px; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 14px; margin: 14px 0 0; font-size: 13px; }
.legend span { display: inline-flex; align-items: center; gap: 6px; }
.dot { width: 12px; height: 12px; border-radius: 4px; background: var(--f); flex: none; }
.words { margin: 10px 0 0; padding: 0; list-style: none; }
.words li { display: flex; gap: 16px; justify-content: space-between; padding: 7px 0; border-bottom: 1px solid var(--grid); }
.words li:last-child { border-bottom: 0; }
.words code { color: var(--faint); white-space: nowrap; }
.plain { width: 100%; margin-top: 8px; } .plain th { text-align: left; font-weight: 600; color: var(--faint); font-size: 12.5px; }
.plain th, .plain td { padding: 6px 16px 6px 0; border-bottom: 1px solid var(--grid); white-space: nowrap; } .plain tr:last-child td { border-bottom: 0; }
details { border-top: 1px solid var(--grid); } details:first-of-type { border-top: 0; margin-top: 8px; }
summary { cursor: pointer; padding: 9px 0; font-weight: 600; }
pre { margin: 0 0 12px; padding: 12px 14px; background: var(--head); border-radius: 8px; overflow-x: auto; line-height: 1.45; tab-size: 4; }
footer { color: var(--faint); font-size: 13px; margin-top: 22px; }
@media (max-width: 640px) { main { padding: 16px 10px 32px; } section { padding: 14px 12px; } h1 { font-size: 21px; } .words li, .words code { display: block; } }
@media print { section { break-inside: avoid; } .matrix tbody th { position: static; } }
`;
