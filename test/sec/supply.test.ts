// What is installed with hlx: every package by its hash, none that must run code to be installed.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

interface Locked {
  readonly dev?: boolean;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

/** Each works without its script: the first two only make things faster, the third looks at its own version. */
const scripted = ["node_modules/cpu-features", "node_modules/ssh2", "node_modules/protobufjs"];
const most = 160;

function wrong(packages: Readonly<Record<string, Locked>>): readonly string[] {
  const own = Object.entries(packages).filter(([path, { dev }]) => path !== "" && dev !== true);
  return [
    ...own.filter(([, { integrity = "" }]) => !integrity.startsWith("sha512-")).map(([path]) => `${path} has no hash`),
    ...own
      .filter(([, { resolved }]) => resolved !== undefined && !resolved.startsWith("https://registry.npmjs.org/"))
      .map(([path]) => `${path} comes from elsewhere`),
    ...own.filter(([path, { hasInstallScript }]) => hasInstallScript === true && !scripted.includes(path)).map(([path]) => `${path} runs a script`),
    ...(own.length > most ? [`${own.length} packages are more than ${most}`] : []),
  ];
}

describe("sec/55 packages", () => {
  test("are few, by hash, from one registry, and need to run nothing", () => {
    const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: Record<string, Locked> };
    expect(wrong(packages)).toEqual([]);
  });
  test("would be seen", () => {
    expect(wrong({ "": {}, a: { integrity: "sha1-x", resolved: "git+ssh://x", hasInstallScript: true }, b: { dev: true } })).toEqual([
      "a has no hash",
      "a comes from elsewhere",
      "a runs a script",
    ]);
  });
});
