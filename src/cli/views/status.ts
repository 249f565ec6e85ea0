// Checks as they are now: a line each, and the document.
import type { HostStatus } from "../../engine/checks/status.ts";
import type { Checked } from "../../model/check.ts";
import { problemDocument } from "./documents.ts";
import { visible } from "./escape.ts";
import { columns, duration } from "./layout.ts";
import { type NodeUse, useRow } from "./node-use.ts";
import type { Screen } from "./paint.ts";

/** `hlx status`. */
export function statusLines(all: readonly HostStatus[], uses: readonly NodeUse[], { paint }: Pick<Screen, "paint">): readonly string[] {
  const rows = all.flatMap(({ host, checks, unreachable }) =>
    unreachable === undefined
      ? checks.map((one) => checkRow(one, paint))
      : [[paint("red", "?"), visible(host), "", "unreachable", visible(unreachable.message)]],
  );
  const used = uses.map((use) => useRow(use, paint));
  if (rows.length + used.length === 0) return ["No checks: write checks: beside a role's name in the playbook, or at a host in the inventory."];
  const checks = all.flatMap((one) => one.checks);
  const good = checks.filter(({ because }) => because === undefined).length;
  return [...columns([["", "HOST", "ROLE", "CHECK", ""], ...rows, ...used]), ...(rows.length === 0 ? [] : [`Checks: ${good} of ${checks.length} good.`])];
}

/** `--json`. */
export function statusDocument(all: readonly HostStatus[], uses: readonly NodeUse[]): unknown {
  return {
    format: 1,
    document: "status",
    hosts: all.map(({ host, checks, unreachable }) => ({
      host,
      checks: checks.map(({ host: _, tookMs, ...rest }) => ({ ...rest, good: rest.because === undefined, tookMs: Math.round(tookMs) })),
      ...(unreachable === undefined ? {} : { unreachable: problemDocument(unreachable) }),
    })),
    ...(uses.length === 0 ? {} : { nodes: uses.map((use) => ("untold" in use ? { ...use, untold: problemDocument(use.untold) } : use)) }),
  };
}

function checkRow({ host, role = "", check, because, tookMs }: Checked, paint: Screen["paint"]): readonly string[] {
  const good = because === undefined;
  return [good ? paint("green", "✔") : paint("red", "✖"), visible(host), visible(role), visible(check), good ? duration(tookMs) : visible(because)];
}
