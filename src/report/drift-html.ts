// Drift as one page for people: self-contained, no script, nothing loaded from elsewhere.

import type { DriftItem, DriftReport } from "../model/drift.ts";
import { withinHost } from "../model/resource.ts";
import { mendWords, minute, notable, propertyWords, sinceWords, statusWord } from "./drift-words.ts";
import { escaped } from "./markup.ts";

/** HTML 5. Its own policy forbids scripts and everything from outside, should something slip through. */
export function driftHtml(report: DriftReport): string {
  const { items, unreachable, created } = report;
  const shown = notable(items);
  const count = (status: ReturnType<typeof statusWord>): number => items.filter((item) => statusWord(item) === status).length;
  const totals = `${count("drifted")} drifted, ${count("pending")} pending, ${count("both")} both, ${count("new")} never applied, ${count("healed")} healed, ${count("converged")} as they should be`;
  const rows = [...shown.map(rowOf), ...unreachable.map(({ host, problem }) => row({ status: "unreachable", host, what: "", words: [problem.message] }))];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>hlx drift</title>
<style>${style}</style>
</head>
<body>
<h1>Drift</h1>
<p>${escaped(minute(created))}. ${totals}, ${unreachable.length} unreachable.</p>
${rows.length === 0 ? "<p class=ok>Everything is as recorded and as desired.</p>" : table(rows)}
</body>
</html>
`;
}

function table(rows: readonly string[]): string {
  return `<table>\n<thead><tr><th>status</th><th>host</th><th>resource</th><th>what</th></tr></thead>\n<tbody>\n${rows.join("\n")}\n</tbody>\n</table>`;
}

function rowOf(item: DriftItem): string {
  const { host, address, because } = item;
  const words = [mendWords(item), sinceWords(item), ...propertyWords(item), because?.message ?? ""].filter((line) => line !== "");
  return row({ status: statusWord(item), host, what: withinHost(address), words });
}

function row({ status, host, what, words }: { status: string; host: string; what: string; words: readonly string[] }): string {
  const lines = words.map((line) => `<div>${escaped(line)}</div>`).join("");
  return `<tr class="${status}"><td>${status}</td><td>${escaped(host)}</td><td><code>${escaped(what)}</code></td><td>${lines}</td></tr>`;
}

const style = `
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #8884; overflow-wrap: anywhere; }
th { font-weight: 600; }
td:first-child { font-weight: 600; white-space: nowrap; }
.drifted td:first-child, .both td:first-child, .unreachable td:first-child, .unknown td:first-child { color: #d33; }
.pending td:first-child, .new td:first-child { color: #a70; }
.healed td:first-child, .ok { color: #284; }
code, div { font-family: ui-monospace, monospace; font-size: 13px; white-space: pre-wrap; }
`;
