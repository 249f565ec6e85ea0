// The inventory's sources: which is asked for what, what each refuses, and where a wrong one stands.
import { describe, expect, test } from "vitest";
import { loadInventory } from "../../src/inventory/load.ts";
import type { SecretSource } from "../../src/model/ports/secrets.ts";
import { ProblemError } from "../../src/model/problem.ts";
import { openSecrets } from "../../src/secrets/open.ts";

interface Outcome {
  readonly status: number;
  readonly stdout: string;
}

function secretsOf(sources: readonly SecretSource[], answers: (argv: readonly string[]) => Outcome, env: Readonly<Record<string, string>> = {}) {
  const asked: string[] = [];
  const run = async (argv: readonly string[]): Promise<Outcome> => {
    asked.push(argv.join(" "));
    return answers(argv);
  };
  const readFile = async (): Promise<Uint8Array> => {
    throw Object.assign(new Error("no such file"), { code: "ENOENT" });
  };
  return {
    asked,
    secrets: openSecrets({
      sources,
      env,
      home: "/nobody",
      stateFolder: "/nowhere",
      readFile,
      run,
      openVault: async () => ({ wrong: "no vault password was given" }),
    }),
  };
}

const said = (stdout: string) => (): Outcome => ({ status: 0, stdout });

describe("sources: in turn", () => {
  test("the variable of the name's own comes first, then each source; who has it ends the search", async () => {
    const sources = [{ env: "LAB_" }, { command: ["pass", "show", "lab/{name}"] }];
    const { secrets, asked } = secretsOf(sources, said("from pass\n"), { HLX_SECRET_A: "own", LAB_A: "second", LAB_B_C: "prefixed" });
    expect([...(await secrets.resolve(["a", "b.c", "d"]))]).toEqual([
      ["a", "own"],
      ["b.c", "prefixed"],
      ["d", "from pass"],
    ]);
    expect(asked).toEqual(["pass show lab/d"]);
  });
  test("a command without {name} runs once, and prints all", async () => {
    const { secrets, asked } = secretsOf([{ command: ["sops", "-d", "all.yaml"] }], said("web: { password: x, port: 0755 }\n"));
    expect([...(await secrets.resolve(["web.password"])).values()]).toEqual(["x"]);
    expect([...(await secrets.resolve(["web.password"])).values()]).toEqual(["x"]);
    expect(asked).toEqual(["sops -d all.yaml"]);
  });
  test("what a command prints is the value: one line feed at its end alone is left out", async () => {
    const value = "two\nlines $& {name} \n";
    const { secrets } = secretsOf([{ command: ["show", "{name}"] }], said(`${value}\n`));
    expect((await secrets.resolve(["a"])).get("a")).toBe(value);
  });
  test("nothing is opened before it is asked for", async () => {
    const { secrets, asked } = secretsOf([{ command: ["all"] }], said("a: b"));
    expect([secrets.resolve === undefined, asked]).toEqual([false, []]);
    expect((await secrets.resolve([])).size).toBe(0);
    expect(asked).toEqual([]);
  });
});

describe("sources: refused, without a word of what was printed", () => {
  test.each<readonly [string, readonly SecretSource[], Outcome, RegExp]>([
    ["a command that fails", [{ command: ["pass", "{name}"] }], { status: 1, stdout: "canary" }, /asking the command pass .* ended with 1 for "a"/],
    ["a command that is not there", [{ command: ["pass"] }], { status: -1, stdout: "canary" }, /could not be run/],
    ["a command that prints no YAML", [{ command: ["all"] }], { status: 0, stdout: "canary: [canary" }, /no YAML of secrets/],
    ["a command that prints a list", [{ command: ["all"] }], { status: 0, stdout: "- canary" }, /not a map/],
    ["a name that none has", [{ env: "LAB_" }, { command: ["all"] }], { status: 0, stdout: "b: canary" }, /looked in LAB_…, the command all and/],
  ])("%s", async (...[, sources, outcome, message]) => {
    const thrown: unknown = await secretsOf(sources, () => outcome)
      .secrets.resolve(["a"])
      .catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(ProblemError);
    expect((thrown as ProblemError).message).toMatch(message);
    expect(JSON.stringify((thrown as ProblemError).problems)).not.toContain("canary");
  });
});

function inventory(secrets: string) {
  return loadInventory({ file: "/lab/inventory.yaml", text: `format: 1\nsecrets:\n${secrets}hosts:\n  a: { address: 192.0.2.1 }\n` });
}

describe("sources: in the inventory", () => {
  test("files are beside it", () => {
    const vault = "{ vault: { address: 'https://v:8200', path: lab, ca: ca.pem, appRole: { role: r, secretIdFile: id } } }";
    expect(inventory(`  - { file: s.yaml }\n  - { env: LAB_ }\n  - { command: [pass, '{name}'] }\n  - ${vault}\n`).secrets).toEqual([
      { file: "/lab/s.yaml" },
      { env: "LAB_" },
      { command: ["pass", "{name}"] },
      { vault: { address: "https://v:8200", path: "lab", ca: "/lab/ca.pem", appRole: { role: "r", secretIdFile: "/lab/id" } } },
    ]);
  });
  test.each([
    ["an unknown source", "  - { fiel: s.yaml }\n", 3],
    ["two in one", "  - { env: A_ }\n  - { file: s.yaml, env: LAB_ }\n", 4],
    ["a command as text", "  - { command: pass show }\n", 3],
    ["a Vault without a path", "  - vault: { address: 'https://v:8200' }\n", 3],
    ["an address with a user in it", "  - vault: { address: 'https://me:pw@v:8200', path: x }\n", 3],
    ["a path upwards", "  - vault: { address: 'https://v:8200', path: ../sys }\n", 3],
  ])("%s is refused at its line", (_name, text, line) => {
    let thrown: unknown;
    try {
      inventory(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ProblemError);
    const problem = (thrown as ProblemError).problems[0];
    expect([problem.at?.line, problem.message]).toEqual([line, expect.any(String)]);
  });
});
