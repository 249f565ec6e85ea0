// A host for the contract: this machine through the real session, with everything hlx owns in a folder of its own.
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { localTransport } from "../../src/connections/local.ts";
import { openSession } from "../../src/connections/shell/session.ts";
import { sha256 } from "../../src/lib/hash.ts";
import type { PreImages } from "../../src/model/kind.ts";
import type { Session } from "../../src/model/ports/shell.ts";
import type { ContractHost } from "../../src/testing/contract.ts";

export async function localHost(folder: string): Promise<{ readonly host: ContractHost; readonly session: Session }> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const session = await openSession(async () => localTransport(), {
    host: "local",
    become: { how: "none" },
    deadlineMs: 10_000,
    paths: { lib: join(folder, "lib"), run: join(folder, "run"), twin: join(folder, "twin"), sh: "/bin/sh" },
    log: () => undefined,
    randomHex: (bytes) => randomBytes(bytes).toString("hex"),
  });
  const answer = await session.lock({ run: "1", who: "test", where: "here", pid: process.pid, since: "2026-01-01T00:00:00Z" });
  if (answer.lock === "refused") throw new Error(answer.problem.message);
  return { session, host: { shell: session.shell, writer: answer.writer, preImages: async () => preImages(join(folder, "lib/undo")) } };
}

function preImages(undo: string): PreImages {
  const files = readdirSync(undo, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".meta"));
  return new Map(
    files.flatMap((name) => {
      const [meta = "", ...path] = readFileSync(join(undo, name), "utf8").slice(0, -1).split("\n");
      if (meta === "absent") return [];
      const content = readFileSync(join(undo, name.slice(0, -".meta".length)), "utf8");
      return [[path.join("\n"), { sha256: sha256(content), content }] as const];
    }),
  );
}
