// The bare limit: one ssh2 connection a host, one exec of one script written by hand.
import { join } from "node:path";
import type { Scene, Tool } from "./tool.ts";
import { writeAll } from "./tool.ts";

/** What the limit's own program is told. */
export interface LimitTask {
  readonly workload: Scene["workload"];
  readonly hosts: Scene["hosts"];
  readonly keyFile: string;
  readonly knownHosts: string;
}

const program = join(import.meta.dirname, "../limit/main.ts");

export const limit: Tool = {
  name: "limit",
  prepare({ workload, hosts, keyFile, knownHosts, folder, home }) {
    const task: LimitTask = { workload, hosts, keyFile, knownHosts };
    writeAll(join(folder, "limit"), { "task.json": JSON.stringify(task) });
    const env = { HOME: home, NODE_COMPILE_CACHE: join(home, ".limit-cache") };
    return { argv: [process.execPath, program, "task.json"], cwd: join(folder, "limit"), env };
  },
  wrong: ({ status, output }) => (status === 0 ? undefined : `status ${status}: ${output.slice(-600)}`),
};
