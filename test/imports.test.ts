// The import table of docs/architecture.md: imports go down only, and siblings never import each other.
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

const siblings = ["inventory", "playbook", "connections", "facts", "resources", "state", "secrets", "import", "report", "schedule", "lab"];
const below: Record<string, readonly string[]> = {
  lib: [],
  model: ["lib"],
  plan: ["model", "lib"],
  ...Object.fromEntries(siblings.map((folder) => [folder, ["plan", "model", "lib"]])),
  engine: [...siblings, "plan", "model", "lib"],
  cli: ["engine", ...siblings, "plan", "model", "lib"],
  testing: ["engine", ...siblings, "plan", "model", "lib"],
};
const wiring = ["main.ts", "index.ts"];

interface Import {
  readonly from: string;
  readonly to: string;
}

function importsOf(root: string): readonly Import[] {
  return globSync("**/*.ts", { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(/(?:from|import\(|import)\s*"(\.[^"]+)"/g)].map(([, target = ""]) => ({
      from: file,
      to: normalize(join(dirname(file), target)),
    })),
  );
}

function forbidden({ from, to }: Import): boolean {
  const [source = "", target = ""] = [from.split("/")[0], to.split("/")[0]];
  if (wiring.includes(source) || source === target || to === "../package.json") return false;
  return !(below[source] ?? []).includes(target);
}

describe("the import table", () => {
  test("holds over src", () => {
    expect(importsOf("src").filter(forbidden)).toEqual([]);
  });
  test("is the one that people read", () => {
    const [, told = ""] = /`src\/\{([^}]+)\}`/.exec(readFileSync("docs/architecture.md", "utf8")) ?? [];
    expect(told.split(",").toSorted()).toEqual(siblings.toSorted());
  });
  test("would see an import that goes up or sideways", () => {
    expect(forbidden({ from: "plan/order.ts", to: "engine/plan.ts" })).toBe(true);
    expect(forbidden({ from: "facts/all.ts", to: "connections/ssh.ts" })).toBe(true);
    expect(forbidden({ from: "engine/plan.ts", to: "plan/order.ts" })).toBe(false);
  });
  test("every folder of src has a row", () => {
    const folders = new Set(
      globSync("**/*.ts", { cwd: "src" })
        .filter((file) => file.includes("/"))
        .map((file) => file.split("/")[0]),
    );
    expect([...folders].filter((folder) => below[folder ?? ""] === undefined)).toEqual([]);
  });
});

test("hlx/testing gives what the tests of roles and kinds need", async () => {
  expect(Object.keys(await import("../src/testing/index.ts"))).toEqual(expect.arrayContaining(["memoryWorld", "runContract", "startProxy"]));
});
