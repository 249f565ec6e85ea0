// Runs the roles of the project in this folder on hosts whose facts are made up, and prints what is wrong as hlx does.
import { screenOf } from "../../src/cli/views/paint.ts";
import { problemLines } from "../../src/cli/views/problem.ts";
import { declare } from "../../src/engine/declare.ts";
import { makeLooks } from "../../src/engine/looks.ts";
import type { Work, World } from "../../src/engine/world.ts";
import { readInventory } from "../../src/inventory/read.ts";
import { ProblemError } from "../../src/model/problem.ts";
import { loadPlaybook } from "../../src/playbook/load.ts";
import { kinds } from "../../src/resources/registry.ts";
import { memoryWorld } from "../../src/testing/memory-world.ts";

try {
  const inventory = await readInventory("inventory.yaml", { cwd: process.cwd(), overrides: new Map() });
  const { assignments, roles } = await loadPlaybook({ file: "site.yaml", inventory });
  const world: World = { ...memoryWorld([]).world(), kinds: new Map(kinds.map((kind) => [kind.kind, kind])) };
  const work = { ...memoryWorld([]).work([]), inventory, roles: new Map([...roles].map(([name, { role }]) => [name, role])) } satisfies Work;
  const host = inventory.hosts.get("web1");
  if (host === undefined) throw new Error("the project has no host web1");
  const mine = assignments.filter((assignment) => assignment.host === host.name);
  await declare(mine, { world, work, looks: makeLooks({ world, work }), host, facts: await world.facts(undefined as never) });
} catch (thrown) {
  if (!(thrown instanceof ProblemError)) throw thrown;
  const { paint } = screenOf({ write: () => true }, { NO_COLOR: "1" }, false);
  process.stderr.write(`${problemLines(thrown.problems, { paint, cwd: process.cwd(), verbose: false }).join("\n")}\n`);
  process.exitCode = 1;
}
