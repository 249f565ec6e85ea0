// What starting costs: which libraries are loaded, and how long `hlx --version` takes beside an empty Node.
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";

const bin = new URL("../../bin/hlx.js", import.meta.url).pathname;
const probe =
  'process.on("exit", () => process.stderr.write("\\n" + [...new Set([...process.moduleLoadList.filter((name) => /sqlite|child_process/.test(name)), ...LOADED])].join("\\n")));';
const hook = `import { registerHooks } from "node:module"; const LOADED = []; registerHooks({ load(url, context, next) { if (url.includes("/node_modules/")) LOADED.push(url.replace(/.*node_modules\\//, "").split("/").slice(0, 2).join("/")); return next(url, context); } }); ${probe}`;

function loaded(...args: readonly string[]): readonly string[] {
  const { stderr } = spawnSync(process.execPath, ["--import", `data:text/javascript,${encodeURIComponent(hook)}`, bin, ...args], { encoding: "utf8" });
  return stderr.split("\n").filter((line) => line.includes("/"));
}

function packages(...args: readonly string[]): readonly string[] {
  return [...new Set(loaded(...args).map((name) => name.split("/")[0] ?? ""))];
}

describe("what is loaded", () => {
  test.each([[["--version"]], [["--help"]], [[]], [["plan", "--help"]], [["lab", "--help"]], [["nonsense"]]])(
    "hlx %j loads no library, and nothing that starts processes",
    (args) => {
      expect(packages(...args)).toEqual([]);
    },
  );
  // Commander could start subcommands as processes.
  test("a command with options loads commander alone before it runs", () => {
    expect(packages("plan", "--json", "--limit").filter((name) => name !== "NativeModule internal")).toEqual(["commander"]);
  });
});

describe("speed", () => {
  test("hlx --version takes at most 2.5 times an empty Node", { retry: 2 }, () => {
    const time = (args: readonly string[]): number => {
      const since = performance.now();
      spawnSync(process.execPath, args);
      return performance.now() - since;
    };
    const pairs = Array.from({ length: 9 }, () => [time(["-e", "0"]), time([bin, "--version"])] as const);
    const median = (of: 0 | 1): number => pairs.map((pair) => pair[of]).sort((a, b) => a - b)[4] ?? 0;
    expect(median(1) / median(0)).toBeLessThan(2.5);
  });
});
