/** What is added to the style of the inspection's page. */
export const releaseStyle = `
h3 { font-size: 15px; margin: 18px 0 6px; }
.lead { font-size: 16px; } .tile b { white-space: nowrap; }
pre { margin: 0 0 12px; padding: 12px 14px; background: var(--free); border-radius: 8px; overflow-x: auto; font: 12.5px/1.5 ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace; }
.picture { overflow-x: auto; } .picture svg { display: block; max-width: none; height: auto; }
ul { margin: 0 0 8px; padding-left: 20px; } li { margin: 2px 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 0; } dt { color: var(--faint); } dd { margin: 0; min-width: 0; }
a { color: inherit; }
.opens::marker { color: #b8661b; } .closes::marker { color: #3b8262; }
footer { color: var(--faint); font-size: 13px; margin-top: 22px; }
@media (max-width: 640px) { main { padding: 14px 10px 32px; } section { padding: 14px 12px; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 6px; } }
`;
