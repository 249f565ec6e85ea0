// A process to be killed: writes to the state as fast as it can, and says what was acknowledged.
import { openState } from "../../src/state/open.ts";

const [folder = "", what = "journal"] = process.argv.slice(2);
const state = await openState(folder, { now: () => new Date(), pid: process.pid });

if (what === "lock") {
  const lock = await state.lock("the writer");
  process.stdout.write(`${lock.lock}\n`);
  setInterval(() => undefined, 1000);
} else {
  const run = await state.begin({ command: "apply", who: "ada", where: "desk", at: "", argv: [] });
  for (let number = 1; number <= 100_000; number++) {
    await state.journal(run, [{ record: "result", address: "a/b/c:d", step: number, result: "done" }]);
    process.stdout.write(`${run} ${number}\n`);
    // Lets the pipe drain: what was said is what was acknowledged.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
