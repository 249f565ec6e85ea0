// Drift as JUnit, Prometheus text and HTML: right counts, and nothing a host says gets out of its place.
import { mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { DriftReport } from "../../src/model/drift.ts";
import { driftHtml } from "../../src/report/drift-html.ts";
import { driftJunit } from "../../src/report/drift-junit.ts";
import { driftPrometheus } from "../../src/report/drift-prometheus.ts";
import { hasHealed, newsOf, noMemory, remember } from "../../src/report/drift-status.ts";
import { newsText } from "../../src/report/notify.ts";
import { writeReport } from "../../src/report/write.ts";

const evil = `"><script>alert(1)</script>]]>\u001b[2J\u202e'\0`;
const report: DriftReport = {
  format: 1,
  created: "2026-11-21T14:17:00.000Z",
  items: [
    {
      address: "a/one/file:/etc/x",
      host: "a",
      status: "drifted",
      properties: [
        { property: "content", recorded: { value: "old" }, actual: { value: evil } },
        { property: "key", recorded: { hidden: "sensitive" }, actual: { hidden: "sensitive" } },
      ],
      since: { after: "2026-11-21T14:02:00.000Z", before: "2026-11-21T14:17:00.000Z" },
      by: [evil],
    },
    { address: "a/one/file:/etc/y", host: "a", status: "converged", properties: [] },
    { address: "a/one/file:/etc/z", host: "a", status: "unknown", properties: [], because: { code: "unknown", message: evil } },
  ],
  unreachable: [{ host: "b", problem: { code: "unreachable", message: "timeout" }, resources: 3 }],
};

test("junit: a suite a host, failures and errors counted", () => {
  const xml = driftJunit(report);
  expect(xml).toContain('<testsuite name="a" timestamp="2026-11-21T14:17:00.000Z" tests="3" failures="1" errors="1">');
  expect(xml).toContain('<testsuite name="b" timestamp="2026-11-21T14:17:00.000Z" tests="1" failures="0" errors="1">');
  expect(xml).toContain("between 2026-11-21 14:02 UTC and 2026-11-21 14:17 UTC");
});

test("prometheus: resources by host and status, and when", () => {
  const text = driftPrometheus(report);
  expect(text).toContain('\nhlx_drift_resources{host="a",status="drifted"} 1\n');
  expect(text).toContain('\nhlx_drift_host_unreachable{host="b"} 1\n');
  expect(text).toContain("\nhlx_drift_last_check_timestamp_seconds 1795270620\n");
});

test("prometheus: a name with quotes and line ends stays a label", () => {
  expect(driftPrometheus({ ...report, unreachable: [{ host: 'b"\n} 1', problem: { code: "unreachable", message: "" }, resources: 0 }] })).toContain(
    '{host="b\\"\\n} 1"} 1',
  );
});

test("html and junit: what a host says is text", () => {
  for (const page of [driftHtml(report), driftJunit(report)]) {
    expect(page).not.toContain("<script");
    expect(page).not.toMatch(/[\u0000\u001b\u202e]/);
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page).toContain("(sensitive)");
  }
});

test("html loads nothing from elsewhere", () => {
  expect(driftHtml(report)).toContain("default-src 'none'");
  expect(driftHtml(report)).not.toMatch(/\b(src|href)=/);
});

test("a report is replaced whole, with its mode, and leaves nothing beside it", () => {
  const folder = mkdtempSync(join(tmpdir(), "hlx-report-"));
  const path = join(folder, "hlx.prom");
  for (const text of ["one", "two"]) writeReport(path, text, { option: "--prom", mode: 0o644, random: "ab" });
  expect([readFileSync(path, "utf8"), readdirSync(folder), statSync(path).mode & 0o777]).toEqual(["two", ["hlx.prom"], 0o644]);
  expect(() => writeReport(join(folder, "no/where"), "x", { option: "--prom", mode: 0o644, random: "ab" })).toThrow(
    /--prom .*no\/where: cannot write it: there is no such file/,
  );
});

test("what was healed is told as healed, and is no failure", () => {
  const items = report.items.slice(0, 1).map((item) => ({ ...item, mend: { mend: "healed", run: 7 } as const }));
  const healed = { ...report, items, unreachable: [] };
  expect(driftJunit(healed)).toMatch(/failures="0" errors="0">\n.*<system-out>healed in run 7/);
  expect(driftHtml(healed)).toContain("<td>healed</td>");
  expect(driftPrometheus(healed)).toContain('hlx_drift_resources{host="a",status="drifted"} 0');
  expect(driftPrometheus(healed)).toContain('hlx_drift_healed_resources{host="a"} 1');
  const left = { ...healed, items: items.map((item) => ({ ...item, mend: { mend: "left", because: "risk restart" } as const })) };
  expect(driftJunit(left)).toMatch(/<failure message="drifted">left: risk restart/);
  expect([hasHealed(healed), newsOf(healed), hasHealed(left), newsOf(left)]).toEqual([true, "", false, expect.stringMatching(/./)]);
  expect(newsText(healed, {})).toMatchObject({
    title: "hlx: 1 healed, 0 not as they should be, 0 unreachable",
    lines: [expect.stringMatching(/^healed {2}a.one.file:.etc.x {2}healed in run 7/)],
  });
  expect(remember(healed, noMemory)).toMatchObject({ clean: { "a/one/file:/etc/x": report.created }, drifted: {} });
  expect(remember(left, noMemory).drifted).toHaveProperty(["a/one/file:/etc/x"]);
});
