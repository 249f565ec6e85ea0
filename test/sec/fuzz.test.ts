// Whatever stands in a file or comes from a host: data, or a problem that says where; no crash, no hang, no stack trace.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { readTargets } from "../../src/cli/run/schedule-file.ts";
import { judge, knownTypes, parseKnownHosts } from "../../src/connections/ssh/known-hosts.ts";
import { computeConfig } from "../../src/connections/ssh/ssh-config.ts";
import { deeds } from "../../src/engine/suspects.ts";
import { presence, unmanagedOf } from "../../src/engine/unmanaged.ts";
import { parseYaml } from "../../src/model/documents/parse.ts";
import { ProblemError } from "../../src/model/problem.ts";
import { openLock } from "../../src/playbook/inputs/lock.ts";
import { readMemory } from "../../src/report/drift-status.ts";
import { readTimer } from "../../src/schedule/units.ts";
import { readSecretsFile } from "../../src/secrets/age-file.ts";
import { memoryIo } from "../cli/memory-io.ts";
import { everything } from "../cli/plans.ts";

const junk = [
  "",
  "\0",
  "\u001b]0;x\u0007",
  "__proto__",
  "constructor",
  "{",
  "[",
  "}",
  "*",
  "!",
  "|",
  "'",
  '"',
  "\\",
  "%h",
  "\n",
  "\t",
  "-1",
  "1e999",
  "null",
  "9".repeat(400),
  "\u202e",
  "é",
];

/** The text with a piece cut out, doubled, moved or replaced, up to five times. */
function garbled(text: string): fc.Arbitrary<string> {
  const edit = fc.tuple(fc.nat(), fc.nat(60), fc.nat(), fc.oneof(fc.constantFrom(...junk), fc.string({ unit: "binary", maxLength: 20 })));
  return fc.array(edit, { minLength: 1, maxLength: 5 }).map((edits) =>
    edits.reduce((left, [at, length, from, put]) => {
      const [start, source] = [at % (left.length + 1), from % (left.length + 1)];
      const piece = from % 3 === 0 ? left.slice(source, source + length) : put;
      return left.slice(0, start) + piece + left.slice(start + (at % 2 === 0 ? length : 0));
    }, text),
  );
}

// Far more than any of it takes, for a machine that has other work.
const mostMs = 5_000;

/** A ProblemError in time, or an answer in time; nothing is polluted. */
async function answered(work: () => unknown, atMost = mostMs): Promise<unknown> {
  const since = performance.now();
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof ProblemError)) throw thrown;
    for (const { message, hint = "", at } of thrown.problems) {
      expect(`${message}${hint}`).not.toMatch(/\[object |\bundefined\b|\n\s+at /);
      if (at !== undefined) expect([at.line > 0, at.column > 0]).toEqual([true, true]);
    }
    return thrown;
  } finally {
    expect(performance.now() - since).toBeLessThan(atMost);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  }
}

const vaulted = `a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  ${"61".repeat(40)}\nb:\n  c: !vault x\n`;
const sopsed =
  'a: ENC[AES256_GCM,data:aa==,iv:aa==,tag:aa==,type:str]\nsops:\n  age:\n    - recipient: age1x\n      enc: "x"\n  mac: ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]\n  version: 3.8.1\n';
const aged = "-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBhYWFh\n-----END AGE ENCRYPTED FILE-----\n";
const outside = { env: {}, home: "/nobody", openVault: async () => ({ wrong: "no password" }) };
const secretsFile = (text: string) => () =>
  readSecretsFile("s.yaml", {
    ...outside,
    readFile: async (path) => {
      if (path !== "s.yaml") throw Object.assign(new Error("none"), { code: "ENOENT" });
      return Buffer.from(text);
    },
  });

const knownHosts = `@cert-authority *.home ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==\n|1|c2FsdA==|aGFzaA== ssh-rsa AAAA\n[a]:22,!b,*.c ssh-ed25519 AAAA # x\n`;
const sshConfig = `Host a b !c\n  HostName %h.home\n  Port 22\nMatch host a exec "true"\n  ProxyJump x@y:1,z\nHost *\n  IdentityFile ~/.ssh/%r\n  User "x y"\n`;
const blob = Buffer.from("AAAAC3NzaC1lZDI1NTE5AAAAIA==", "base64");
const yaml = "format: 1\nhosts: &a\n  web1: { address: 192.0.2.1, vars: [1, 'x', \"y\", ~] }\n  b: *a\ntext: |\n  x\n";
const drift = JSON.stringify({ format: 1, clean: { a: "2026" }, drifted: { b: { after: "x", before: "y" } }, told: "" });
const folder = mkdtempSync(join(tmpdir(), "hlx-fuzz-"));
const inFile = (name: string, use: () => unknown) => (text: string) => () => {
  writeFileSync(join(folder, name), text);
  return use();
};

const cases: readonly (readonly [name: string, good: string, read: (text: string) => () => unknown])[] = [
  ["YAML", yaml, (text) => () => parseYaml("f.yaml", text)],
  [
    "known_hosts",
    knownHosts,
    (text) => () => {
      const { entries } = parseKnownHosts(text, "kh");
      const who = { host: "a.home", port: 22 };
      return [judge(entries, who, blob), knownTypes(entries, who)];
    },
  ],
  ["ssh_config", sshConfig, (text) => () => computeConfig(text, { host: "a", user: "u" })],
  ["a secrets file of ansible-vault", vaulted, secretsFile],
  ["a secrets file of sops", sopsed, secretsFile],
  ["a secrets file of age", aged, secretsFile],
  ["what a drift check remembers", drift, (text) => () => readMemory(text)],
  [
    "whom a schedule tells",
    JSON.stringify({ format: 1, notify: ["https://x.example/y", "mailto:a@b.c", "ntfy+https://n.example/t"] }),
    inFile("schedule.json", () => readTargets(folder)),
  ],
  [
    "hlx.lock",
    JSON.stringify({ format: 1, inputs: { "github-keys:x": { value: "k", at: "2026" } } }),
    inFile("hlx.lock", () => openLock(join(folder, "hlx.lock"))),
  ],
  ["a timer's text", "[X-Hlx]\nFolder=/a\nSchedule=--every 1h\n", (text) => () => readTimer(text)],
  [
    "a host's logs",
    "zone +0100\nStart-Date: 2026-11-21  12:00:00\nCommandline: apt install x\n1763.5 h sudo[1]: a : TTY=x ; COMMAND=/bin/x\n",
    (text) => () => deeds.parse(text, [0, 1e9]),
  ],
  [
    "what is on a host",
    "package x\nunit y.service\nport tcp 22\nkey root ssh-ed25519 AAAA x\ncron /etc/cron.d/x\n",
    (text) => () => unmanagedOf("a", presence.parse(text, [""]).flat(), { entries: [], kinds: new Map() }),
  ],
];

describe("sec/45 garbled input is data or a problem", () => {
  test.each(cases)("%s", async (_, good, read) => {
    await answered(read(good));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof({ weight: 5, arbitrary: garbled(good) }, fc.string({ unit: "binary", maxLength: 300 })),
        async (text) => void (await answered(read(text))),
      ),
      { numRuns: 300 },
    );
  });

  test("a saved plan is shown, or refused by name", async () => {
    const good = JSON.stringify(everything, undefined, 1);
    const show = async (text: string): Promise<{ readonly code: number; readonly said: string }> => {
      writeFileSync(join(folder, "x.plan"), text);
      const { io, out, err } = memoryIo({ cwd: folder });
      return { code: await main(["show", "x.plan"], io), said: out() + err() };
    };
    expect((await show(good)).code).toBe(0);
    const leaf = fc.oneof(fc.constantFrom("1", "null", "[]", "{}", '"x"', "true", '[{"value":1}]'), fc.constant(""));
    const values = [...good.matchAll(/: ("[^"]*"|\d+|null|true|false|\[\]|\{\})/g)].map(({ index, 1: value = "" }) => [index + 2, value.length] as const);
    const swapped = fc.tuple(fc.constantFrom(...values), leaf).map(([[at, length], put]) => good.slice(0, at) + put + good.slice(at + length));
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 3, arbitrary: swapped }, { weight: 1, arbitrary: garbled(good) }), async (text) => {
        const { code, said } = await show(text);
        expect(said).not.toMatch(/fault of hlx|\n\s+at |\[object |\u001b\]/);
        expect(code === 0 || (code === 1 && said.includes("x.plan")) || code === 6, said).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("would be seen: what throws otherwise, and what takes too long", async () => {
    const slow = (): void => {
      for (const since = performance.now(); performance.now() - since < 60; );
    };
    await expect(answered(() => "fine")).resolves.toBe("fine");
    await expect(answered(() => (undefined as unknown as { x: { y: 1 } }).x.y)).rejects.toThrow(TypeError);
    await expect(answered(slow, 50)).rejects.toThrow();
  });
});
