// Inputs: files that stay beneath their folders, and GitHub keys that are asked for once.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { defineRole, type Input, type Role } from "../../src/model/role.ts";
import { lookupsIn, problemsOfFiles, resolveInputs } from "../../src/playbook/inputs/resolve.ts";
import { assigned, inventoryOf, said } from "./world.ts";

const key = readFileSync("keys/terrac.pub", "utf8").trim();
let root = "";
let asked: string[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "hlx-inputs-"));
  asked = [];
  mkdirSync(join(root, "role"));
  mkdirSync(join(root, "lab/keys"), { recursive: true });
  writeFileSync(join(root, "secret.txt"), "outside");
});
afterEach(() => rmSync(root, { recursive: true }));

function asking(inputs: Readonly<Record<string, Input>>, { refresh = false, answer = () => new Response(`${key}\n`) } = {}) {
  const role = defineRole({ name: "plain", summary: "", params: { type: "object", properties: {} }, inputs: () => inputs, declare: () => [] }) as Role;
  const fetch = async (url: string) => {
    asked.push(url);
    return answer();
  };
  const roles = new Map([["plain", { role, folder: join(root, "role") }]]);
  const inventory = inventoryOf(join(root, "lab"));
  const lookups = lookupsIn({ inventory, fetch, refresh });
  return { assignments: assigned("- hosts: all\n  roles: [plain]"), roles, inventory, lookups };
}

function resolver(...given: Parameters<typeof asking>) {
  return resolveInputs(asking(...given));
}

function refused(inputs: Readonly<Record<string, Input>>, options?: Parameters<typeof asking>[1]): Promise<readonly string[]> {
  return resolver(inputs, options)("ocean", "plain").then(() => [], said);
}

describe("a file", () => {
  test("of the role comes before one beside the inventory", async () => {
    writeFileSync(join(root, "lab/a.txt"), "lab");
    writeFileSync(join(root, "lab/b.txt"), "lab");
    writeFileSync(join(root, "role/a.txt"), "role");
    expect(await resolver({ a: { input: "file", path: "a.txt" }, b: { input: "file", path: "b.txt" } })("ocean", "plain")).toEqual({ a: "role", b: "lab" });
  });
  test("may be a link inside its folder", async () => {
    writeFileSync(join(root, "lab/a.txt"), "lab");
    symlinkSync("a.txt", join(root, "lab/link.txt"));
    expect(await resolver({ a: { input: "file", path: "link.txt" } })("ocean", "plain")).toEqual({ a: "lab" });
  });
  test("may have a name that begins with two dots", async () => {
    writeFileSync(join(root, "lab/..a.txt"), "lab");
    expect(await resolver({ a: { input: "file", path: "..a.txt" } })("ocean", "plain")).toEqual({ a: "lab" });
  });
  test.each(["../secret.txt", "keys/../../secret.txt", "/etc/passwd", "link.txt", "folder/secret.txt", "keys", "nope", "big", "latin1"])(
    "%s is refused",
    async (path) => {
      symlinkSync("../secret.txt", join(root, "lab/link.txt"));
      symlinkSync("..", join(root, "lab/folder"));
      writeFileSync(join(root, "lab/big"), Buffer.alloc(1024 * 1024 + 1, 97));
      writeFileSync(join(root, "lab/latin1"), Buffer.from([0xe9]));
      expect(await refused({ a: { input: "file", path } })).toMatchSnapshot();
    },
  );
});

describe("GitHub keys", () => {
  const terrac = { keys: { input: "github-keys", user: "terrac" } } as const;
  test("are asked for once, over all hosts and runs, and kept in hlx.lock", async () => {
    const inputsOf = resolver(terrac);
    expect(await Promise.all([inputsOf("ocean", "plain"), inputsOf("dns01", "plain")])).toEqual([{ keys: `${key}\n` }, { keys: `${key}\n` }]);
    expect(await resolver(terrac)("ocean", "plain")).toEqual({ keys: `${key}\n` });
    expect(asked).toEqual(["https://github.com/terrac.keys"]);
    expect(JSON.parse(readFileSync(join(root, "lab/hlx.lock"), "utf8"))).toEqual({ format: 1, inputs: { "github-keys:terrac": [key, ""] } });
  });
  test("are asked for again to refresh", async () => {
    await resolver(terrac)("ocean", "plain");
    await resolver(terrac, { refresh: true })("ocean", "plain");
    expect(asked).toHaveLength(2);
  });
  test.each([
    ["no keys", () => new Response("")],
    ["a page", () => new Response("<html>")],
    ["a key with options", () => new Response(`command="sh" ${key}`)],
    ["a key whose blob is another type", () => new Response(key.replace("ssh-ed25519", "ssh-rsa"))],
    ["not found", () => new Response("", { status: 404 })],
    ["too much", () => new Response(`${key}\n`.repeat(1000))],
    [
      "no network",
      () => {
        throw new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
      },
    ],
  ])("%s is refused, and nothing is locked", async (_, answer) => {
    expect(await refused(terrac, { answer })).toMatchSnapshot();
    expect(() => readFileSync(join(root, "lab/hlx.lock"))).toThrow();
  });
  test.each(["", "a/b", "-a", "a--b", "../x", "a".repeat(40)])("the account name %j is refused", async (user) => {
    expect(await refused({ keys: { input: "github-keys", user } })).toHaveLength(1);
    expect(asked).toEqual([]);
  });
  test("a damaged hlx.lock is refused", async () => {
    writeFileSync(join(root, "lab/hlx.lock"), "{");
    expect(await refused(terrac)).toMatchSnapshot();
  });
  test.each(['{"format":2,"inputs":{}}', '{"format":1}', '{"format":1,"inputs":[]}', '{"format":1,"inputs":{"a":"b"}}', "[]", "null"])(
    "so is one that says %s",
    async (text) => {
      writeFileSync(join(root, "lab/hlx.lock"), text);
      expect(JSON.stringify(await refused(terrac))).toContain("hlx.lock is not what hlx wrote");
    },
  );
});

test("files of the project are looked for at once, told once, and nothing is asked for over a network", async () => {
  const wanted = asking({ a: { input: "file", path: "nope.txt" }, keys: { input: "github-keys", user: "terrac" }, b: { input: "folder", path: "nowhere" } });
  const problems = await problemsOfFiles([...wanted.assignments, ...wanted.assignments], wanted);
  expect(problems.map(({ message }) => message)).toEqual([
    "role plain: reading the input file nope.txt: there is no such file",
    expect.stringContaining("nowhere: there is no such folder"),
  ]);
  expect(asked).toEqual([]);
});

test("an input of an unknown sort is refused", async () => {
  expect(await refused({ a: { input: "fiel" } as unknown as Input })).toMatchSnapshot();
});
