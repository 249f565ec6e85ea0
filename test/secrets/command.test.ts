// hlx secrets, as it is typed: what is made, asked, shown and refused.
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { beforeEach, describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { alphabets, generate } from "../../src/secrets/generate.ts";
import { memoryIo } from "../cli/memory-io.ts";

const inventory = "format: 1\nsecrets: secrets.yaml\nhosts:\n  web1: { address: 192.0.2.10 }\n";
let folder = "";

interface Typed {
  readonly piped?: string | Buffer;
  readonly tty?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

async function hlx(words: string, { piped, tty = false, env = {} }: Typed = {}) {
  const { io, out, err, stop } = memoryIo({ cwd: folder, tty, env: { NO_COLOR: "1", PATH: "/usr/bin:/bin", ...env } });
  const source = Object.assign(Readable.from(piped === undefined ? [] : [piped]), { isTTY: false });
  const code = await main(words.split(" "), { ...io, home: folder, in: source, randomHex: (bytes) => "cd".repeat(bytes) });
  return { code, out: out(), err: err(), stop };
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "hlx-secrets-command-"));
  writeFileSync(join(folder, "inventory.yaml"), inventory);
});

async function begun(): Promise<void> {
  expect((await hlx("secrets init")).code).toBe(0);
  expect((await hlx("secrets set web.password", { piped: "canary pw\n" })).code).toBe(0);
}

const path = (name: string): string => join(folder, name);
const modeOf = (name: string): number => statSync(path(name)).mode & 0o777;

describe("init", () => {
  test("makes identity, file and recipients, for their owner alone", async () => {
    const { out } = await hlx("secrets init");
    expect(out).toContain("keep a copy");
    expect([".config/hlx/age.txt", "secrets.yaml"].map(modeOf)).toEqual([0o600, 0o600]);
    expect(modeOf(".config/hlx")).toBe(0o700);
    expect(readFileSync(path("secrets.yaml"), "utf8")).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----/);
    expect(readFileSync(path("secrets.yaml.recipients"), "utf8")).toMatch(/\nage1\w+\n$/);
  });
  test("overwrites nothing", async () => {
    await begun();
    const before = ["secrets.yaml", ".config/hlx/age.txt"].map((name) => readFileSync(path(name), "utf8"));
    expect(await hlx("secrets init")).toMatchObject({ code: 1, err: expect.stringContaining("is there already") });
    expect(["secrets.yaml", ".config/hlx/age.txt"].map((name) => readFileSync(path(name), "utf8"))).toEqual(before);
  });
});

describe("set and get", () => {
  test("what is piped in comes out again, byte by byte, without echo's line feed", async () => {
    await begun();
    for (const value of ["two words", "{{1+1}} ${x} 'q' \"d\" \\", " spaces around ", "a\nb\n", "0755", "true", "ünï"]) {
      expect((await hlx("secrets set a.b-c", { piped: `${value}\n` })).code).toBe(0);
      expect((await hlx("secrets get a.b-c --raw")).out).toBe(value);
    }
    expect((await hlx("secrets get web.password --raw")).out).toBe("canary pw");
    expect((await hlx("secrets list")).out).toBe("web.password\na.b-c\n");
    expect(JSON.parse((await hlx("secrets list --json")).out)).toEqual({ format: 1, document: "secrets", names: ["web.password", "a.b-c"] });
  });
  test("comments and order stay", async () => {
    await begun();
    await hlx("secrets set other", { piped: "x" });
    const left = path("left.yaml");
    await hlx("secrets edit", { env: { EDITOR: editor(`cat "$1" > ${left}`) } });
    expect(readFileSync(left, "utf8")).toMatch(/^# NAME: value.*\n\nweb:\n {2}password: canary pw\nother: x\n$/);
  });
  test.each([
    ["secrets set web.password canary", "takes one name alone"],
    ["secrets set web", "already as a map"],
    ["secrets set web.password.more", "already as a value"],
    ["secrets set web..x", "is no name"],
    ["secrets set empty", "is empty"],
    ["secrets get web.password", "only on demand"],
    ["secrets get web.password --show", "is for a terminal"],
    ["secrets get web.pasword --raw", 'there is no secret "web.pasword"'],
    ["secrets get", "wants a name"],
    ["secrets list web", "takes no name"],
    ["secrets rotat web", 'unknown action "rotat"'],
    ["secrets rotate web.password --alphabet runes", 'no alphabet "runes"'],
    ["secrets rotate web.password --length 4", "8 to 4096"],
    ["secrets rekey --add age1nobody", "is no age recipient"],
  ])("refused: hlx %s", async (words, message) => {
    await begun();
    const before = readFileSync(path("secrets.yaml"), "utf8");
    const { code, out, err } = await hlx(words, { piped: words.endsWith("empty") ? "\n" : "x\n" });
    expect([code, err]).toEqual([1, expect.stringContaining(message)]);
    expect(out + err).not.toContain("canary");
    expect(readFileSync(path("secrets.yaml"), "utf8")).toBe(before);
  });
  test("a terminal is shown it on demand", async () => {
    await begun();
    expect((await hlx("secrets get web.password --show", { tty: true })).out).toBe("canary pw\n");
  });
  test("bytes that are no text are refused", async () => {
    await begun();
    expect(await hlx("secrets set x", { piped: Buffer.from([0xff, 0xfe, 0x00]) })).toMatchObject({ code: 1, err: expect.stringContaining("not UTF-8") });
  });
});

function editor(script: string): string {
  writeFileSync(path("editor.sh"), `#!/bin/sh\n${script}\n`);
  chmodSync(path("editor.sh"), 0o755);
  return path("editor.sh");
}

const foldersLeft = (): readonly string[] => readdirSync("/dev/shm").filter((name) => name.startsWith("hlx-edit-"));

describe("edit", () => {
  test("in memory, for its owner alone, and gone afterwards", async () => {
    await begun();
    const log = path("seen");
    const script = `stat -c %a "$1" "$(dirname "$1")" > ${log}; stat -f -c %T "$1" >> ${log}; echo "$1" >> ${log}; sed -i s/canary/other/ "$1"`;
    expect((await hlx("secrets edit", { env: { EDITOR: editor(script) } })).out).toContain("Saved");
    const [file, dir, type, where = ""] = readFileSync(log, "utf8").trim().split("\n");
    expect([file, dir, type, existsSync(where)]).toEqual(["600", "700", "tmpfs", false]);
    expect((await hlx("secrets get web.password --raw")).out).toBe("other pw");
  });
  test.each([
    ["no YAML", 'echo "a: [" >> "$1"', "not saved"],
    ["a list", 'echo "- a" > "$1"', "not a map"],
    ["an editor that fails", 'echo "x: y" >> "$1"; exit 3', "ended with 3"],
  ])("%s: nothing is saved", async (_name, script, message) => {
    await begun();
    const before = readFileSync(path("secrets.yaml"), "utf8");
    const { err } = await hlx("secrets edit", { env: { EDITOR: editor(script) } });
    expect(err).toContain(message);
    expect(err).not.toContain("canary");
    expect(readFileSync(path("secrets.yaml"), "utf8")).toBe(before);
    expect(foldersLeft()).toEqual([]);
  });
  test("what somebody else wrote meanwhile is not overwritten", async () => {
    await begun();
    const script = `cp ${path("secrets.yaml")} ${path("copy")}; echo >> ${path("secrets.yaml")}; echo "x: y" >> "$1"`;
    expect(await hlx("secrets edit", { env: { EDITOR: editor(script) } })).toMatchObject({ code: 6, err: expect.stringContaining("meanwhile") });
  });
});

describe("rotate and rekey", () => {
  test("a rotated value is new, and has the shape that was asked for", async () => {
    await begun();
    expect((await hlx("secrets rotate web.password --length 40 --alphabet hex")).out).toContain("has a new value");
    expect((await hlx("secrets get web.password --raw")).out).toMatch(/^[0-9a-f]{40}$/);
  });
  test("one more can read it, then no longer; never nobody", async () => {
    await begun();
    const identity = await generateIdentity();
    const friend = await identityToRecipient(identity);
    writeFileSync(path("friend.txt"), `${identity}\n`, { mode: 0o600 });
    const env = { HLX_AGE_KEY_FILE: path("friend.txt") };
    expect((await hlx("secrets get web.password --raw", { env })).code).toBe(1);
    expect((await hlx(`secrets rekey --add ${friend}`)).code).toBe(0);
    expect((await hlx("secrets get web.password --raw", { env })).out).toBe("canary pw");
    expect((await hlx("secrets rotate web.password")).code).toBe(0);
    expect((await hlx("secrets get web.password --raw", { env })).code).toBe(0);
    expect((await hlx(`secrets rekey --remove ${friend}`)).out).toContain("has read the old values");
    expect((await hlx("secrets get web.password --raw", { env })).code).toBe(1);
    const [own = ""] = /age1\w+/.exec(readFileSync(path("secrets.yaml.recipients"), "utf8")) ?? [];
    expect(await hlx(`secrets rekey --remove ${own}`)).toMatchObject({ code: 5, err: expect.stringContaining("not be able to read it yourself") });
  });
  test("a recipient that was slipped in counts only after rekey", async () => {
    await begun();
    const friend = await identityToRecipient(await generateIdentity());
    writeFileSync(path("secrets.yaml.recipients"), `${readFileSync(path("secrets.yaml.recipients"), "utf8")}${friend} # a friend\n`);
    expect(await hlx("secrets rotate web.password")).toMatchObject({ code: 1, err: expect.stringContaining("names 2") });
    expect((await hlx("secrets rekey")).out).toContain(friend);
    expect((await hlx("secrets rotate web.password")).code).toBe(0);
  });
});

describe("generate", () => {
  test("sec/30 10,000 are all different", () => {
    expect(new Set(Array.from({ length: 10_000 }, () => generate({ length: 16, alphabet: "alphanumeric" }))).size).toBe(10_000);
  });
  test.each(Object.entries(alphabets))("%s: every character, none twice as often as another", (alphabet, characters) => {
    const counts = new Map<string, number>();
    for (let round = 0; round < 50; round++) for (const one of generate({ length: 4096, alphabet })) counts.set(one, (counts.get(one) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual([...characters].sort());
    expect(Math.max(...counts.values()) / Math.min(...counts.values())).toBeLessThan(1.5);
  });
  test("bytes that would favour the first characters are thrown away", () => {
    const bytes = [255, 254, 252, 0, 1, 2, 3, 4, 5, 6, 7];
    expect(generate({ length: 8, alphabet: "alphanumeric" }, () => Uint8Array.from(bytes))).toBe("ABCDEFGH");
  });
});
