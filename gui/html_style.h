// How a page looks: on a screen, light or dark as the reader's system is, and on paper.
#pragma once

namespace switchyard::gui {

// Holds none of the characters that XML would have to escape, which HTML would not understand here.
inline constexpr const char* kPageStyle = R"(
:root { color-scheme: light dark; --text: #1c1c1c; --back: #ffffff; --quiet: #5a5a5a;
  --line: #cfcfcf; --best: #d3e8f5; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e6e6; --back: #1e1e1e; --quiet: #a8a8a8;
  --line: #4a4a4a; --best: #17405c; } }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--text); background: var(--back);
  max-width: 72rem; margin: 0 auto; padding: 1rem 1.5rem; }
h1 { font-size: 1.6rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 0.5rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1rem; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
pre { overflow-x: auto; padding: 0.6rem; border: 1px solid var(--line); }
.wide { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--quiet); padding-bottom: 0.3rem; }
th, td { padding: 0.2rem 0.5rem; text-align: right; vertical-align: top;
  border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; }
th { font-weight: 600; }
td .figure { white-space: nowrap; }
.key { display: inline-block; width: 0.7em; height: 0.7em; margin-right: 0.4em;
  border: 1px solid var(--line); }
.best { background: var(--best); }
.mark, .spread, .change { color: var(--quiet); font-size: 0.85em; font-weight: 400; }
.best .mark { color: inherit; font-weight: 600; }
.change { display: block; }
figure { margin: 0.5rem 0; }
figure svg { display: block; width: 100%; height: auto; max-width: 900px; background: #ffffff;
  border: 1px solid var(--line); }
figcaption { color: var(--quiet); overflow-wrap: anywhere; }
summary { cursor: pointer; }
@media print {
  :root { --text: #000000; --back: #ffffff; --quiet: #444444; --line: #bbbbbb; --best: #e4e4e4; }
  body { font-size: 10pt; max-width: none; padding: 0; }
  table { font-size: 7.5pt; }
  .wide { overflow: visible; }
  h2 { break-after: avoid; }
  figure, tr { break-inside: avoid; }
}
)";

}  // namespace switchyard::gui
