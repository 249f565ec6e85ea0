// Drift for CI: one test case a resource, one suite a host (the JUnit XML that Jenkins, GitLab and GitHub read).
import type { DriftItem, DriftReport } from "../model/drift.ts";
import { mendWords, propertyWords, sinceWords, statusWord } from "./drift-words.ts";
import { escaped } from "./markup.ts";

/** XML. What drifted, is pending or new is a failure; what nobody could look at is an error. */
export function driftJunit({ items, unreachable, created }: DriftReport): string {
  const hosts = [...new Set([...items, ...unreachable].map(({ host }) => host))];
  const suites = hosts.map((host) => {
    const cases = [
      ...items.filter((item) => item.host === host).map(caseOf),
      ...unreachable.filter((one) => one.host === host).map(({ problem }) => testCase("reachable", host, tag("error", problem.message, ""))),
    ];
    return `  <testsuite name="${escaped(host)}" timestamp="${escaped(created)}" ${countsOf(cases)}>\n${cases.join("")}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="hlx drift">\n${suites.join("")}</testsuites>\n`;
}

function caseOf(item: DriftItem): string {
  const { address, host, status, because } = item;
  if (status === "converged") return testCase(address, host, "");
  const text = [mendWords(item), sinceWords(item), ...propertyWords(item)].filter((line) => line !== "").join("\n");
  if (statusWord(item) === "healed") return testCase(address, host, `<system-out>${escaped(text)}</system-out>`);
  if (status === "unknown") return testCase(address, host, tag("error", because?.message ?? "could not look", ""));
  return testCase(address, host, tag("failure", status, text));
}

function testCase(name: string, host: string, inner: string): string {
  return `    <testcase classname="${escaped(host)}" name="${escaped(name)}"${inner === "" ? "/>" : `>${inner}</testcase>`}\n`;
}

function tag(name: "failure" | "error", message: string, text: string): string {
  return `<${name} message="${escaped(message)}">${escaped(text)}</${name}>`;
}

function countsOf(cases: readonly string[]): string {
  const having = (part: string): number => cases.filter((one) => one.includes(part)).length;
  return `tests="${cases.length}" failures="${having("><failure ")}" errors="${having("><error ")}"`;
}
