// Loads one role in a process of its own, as hlx does, and prints what came of it as JSON.
import { pathToFileURL } from "node:url";
import { ProblemError } from "../../src/model/problem.ts";
import { loadRoles } from "../../src/playbook/roles/load.ts";

const [, , folder = "", name = ""] = process.argv;

try {
  const loaded = await loadRoles([{ name }], { folders: [{ path: folder, title: "roles/" }] });
  const role = loaded.get(name)?.role;
  process.stdout.write(JSON.stringify({ declared: role?.declare({ params: {} } as never), folder: pathToFileURL(loaded.get(name)?.folder ?? "").href }));
} catch (thrown) {
  if (!(thrown instanceof ProblemError)) throw thrown;
  const problems = thrown.problems.map(({ message, hint, at }) => ({ message, hint, at }));
  process.stdout.write(JSON.stringify({ problems }));
}
