// One try of one check: the question as a script, and the answer judged.
import type { Asking } from "../../model/check.ts";
import type { CheckResult } from "../../model/ports/shell.ts";
import type { Script } from "../../model/step.ts";
import { containerScript, execScript, httpScript, tcpScript, unitScript } from "./scripts.ts";

/** How long one try may take, in seconds. */
export const tryMostS = 10;

/** What the host runs for it. */
export function questionOf(asking: Asking): Script {
  switch (asking.check) {
    case "http":
      return { script: httpScript, args: httpArgs(asking.url, asking.insecure === true) };
    case "tcp":
      return { script: tcpScript, args: [String(asking.port)] };
    case "unit":
      return { script: unitScript, args: [asking.unit] };
    case "container":
      return { script: containerScript, args: [asking.container] };
    case "exec":
      return { script: execScript, args: asking.argv };
  }
}

/** Why the answer is not good; undefined when it is. */
export function wrongIn(asking: Asking, result: CheckResult): string | undefined {
  if (asking.check === "http") return wrongHttp(asking, result);
  return result.exitStatus === 0 ? undefined : wrongStatus(asking, result);
}

function wrongStatus(asking: Exclude<Asking, { check: "http" }>, result: CheckResult): string {
  const words = lastLine(result.stdout) || lastLine(result.stderr);
  switch (asking.check) {
    case "tcp":
      return `nothing listens on port ${asking.port}`;
    case "unit":
      return `it is ${words || "not active"}`;
    case "container":
      return words || "it does not run";
    case "exec":
      return `status ${result.exitStatus}${said(result)}`;
  }
}

function httpArgs(given: string, insecure: boolean): readonly string[] {
  const url = new URL(given);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  return [url.href, url.protocol, host, port, `${url.pathname}${url.search}`, url.host, String(tryMostS), insecure ? "yes" : "no"];
}

function wrongHttp({ status: wanted, text }: Extract<Asking, { check: "http" }>, { exitStatus, stdout }: CheckResult): string | undefined {
  if (exitStatus === 127) return "there is nothing to ask with on this host: curl or wget, or bash where it is http";
  const status = Number(/^\s*HTTP\/[\d.]+ (\d{3})\b/m.exec(stdout)?.[1] ?? 0);
  if (status === 0) return lastLine(stdout) || "no answer";
  if (!isGoodStatus(status, wanted)) return `status ${status}${wanted === undefined ? "" : `, not ${wanted}`}`;
  return text === undefined || stdout.includes(text) ? undefined : `status ${status}, but ${JSON.stringify(text)} is not in the answer`;
}

function isGoodStatus(status: number, wanted: number | undefined): boolean {
  return wanted === undefined ? status >= 200 && status < 400 : status === wanted;
}

function said({ stdout, stderr }: CheckResult): string {
  const line = lastLine(stderr) || lastLine(stdout);
  return line === "" ? "" : `: ${line}`;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.trim().slice(0, 300) ?? "";
}
