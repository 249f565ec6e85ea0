// Secrets: where they are looked for, what is refused, and that no way of printing shows one.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { armor, Encrypter, generateIdentity, identityToRecipient } from "age-encryption";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { quote } from "../../src/lib/quote.ts";
import { ProblemError } from "../../src/model/problem.ts";
import { openSecrets, variableOf } from "../../src/secrets/open.ts";
import { makeRedactor } from "../../src/secrets/redact.ts";
import { Secret } from "../../src/secrets/secret.ts";

const yaml = "pihole:\n  password: canary-one\n  port: 5353\nflat: canary-two\n";
let [identity, otherIdentity] = ["", ""];

beforeAll(async () => {
  [identity, otherIdentity] = [await generateIdentity(), await generateIdentity()];
});

async function encrypted(text: string): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  return encrypter.encrypt(text);
}

interface Given {
  readonly content?: string | Uint8Array;
  /** The inventory names a file, and it is not there. */
  readonly missing?: true;
  readonly keyFile?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function secretsWith({ content, missing, keyFile, env = {} }: Given) {
  const home = mkdtempSync(join(tmpdir(), "hlx-secrets-"));
  if (content !== undefined) writeFileSync(join(home, "secrets.age"), content);
  if (keyFile !== undefined) writeFileSync(join(home, "age.txt"), keyFile, { mode: 0o600 });
  const key = keyFile === undefined ? {} : { HLX_AGE_KEY_FILE: join(home, "age.txt") };
  const file = content === undefined && missing === undefined ? {} : { sources: join(home, "secrets.age") };
  const secrets = openSecrets({
    ...file,
    run: async () => ({ status: -1, stdout: "" }),
    openVault: async () => ({ wrong: "no vault password was given" }),
    env: { ...key, ...env },
    home,
    stateFolder: join(home, ".hlx"),
    readFile,
  });
  return { secrets, home };
}

async function problemOf(work: Promise<unknown>): Promise<ProblemError> {
  const thrown: unknown = await work.catch((error: unknown) => error);
  if (thrown instanceof ProblemError) return thrown;
  throw new Error(`no ProblemError: ${inspect(thrown)}`);
}

describe("secrets: where they come from", () => {
  test.each([
    ["binary", async () => encrypted(yaml)],
    ["armored", async () => armor.encode(await encrypted(yaml))],
  ])("the age file, %s", async (_name, make) => {
    const { secrets } = secretsWith({ content: await make(), keyFile: `# a comment\n${identity}\n` });
    expect([...(await secrets.resolve(["pihole.password", "pihole.port", "flat"]))]).toEqual([
      ["pihole.password", "canary-one"],
      ["pihole.port", "5353"],
      ["flat", "canary-two"],
    ]);
  });
  test("the environment wins, and the file is not even read when it has all", async () => {
    const { secrets } = secretsWith({ content: "plain: text", env: { HLX_SECRET_PIHOLE_PASSWORD: "mine" } });
    expect((await secrets.resolve(["pihole.password"])).get("pihole.password")).toBe("mine");
    expect(variableOf("a.b-c")).toBe("HLX_SECRET_A_B_C");
  });
});

describe("secrets: what is refused", () => {
  test.each([
    ["a plain file", async () => ({ content: yaml, keyFile: identity }), "not encrypted with age"],
    ["a file for somebody else", async () => ({ content: await encrypted(yaml), keyFile: otherIdentity }), "decrypting the secrets file"],
    ["no identity", async () => ({ content: await encrypted(yaml) }), "there is no age identity"],
    ["an identity file without one", async () => ({ content: await encrypted(yaml), keyFile: "hello" }), "no line begins with"],
    ["no YAML inside", async () => ({ content: await encrypted("canary: [canary"), keyFile: identity }), "is no YAML"],
    ["a file cut short", async () => ({ content: (await encrypted(yaml)).slice(0, -4), keyFile: identity }), "decrypting the secrets file"],
    ["no source at all", async () => ({ env: {} }), "no value for the secret"],
    ["a file that is not there", async () => ({ missing: true as const }), "there is no secrets file"],
    [
      "an identity that is not where the environment says",
      async () => ({ content: await encrypted(yaml), env: { HLX_AGE_KEY_FILE: "/nowhere/age.txt" } }),
      "reading HLX_AGE_KEY_FILE: there is no file /nowhere/age.txt",
    ],
    ["a name that is a map", async () => ({ content: await encrypted("pihole:\n  password:\n    x: canary\n"), keyFile: identity }), '"pihole.password"'],
    ["a name from the prototype", async () => ({ content: await encrypted("pihole: {}\n"), keyFile: identity }), '"pihole.password"'],
  ])("%s", async (_name, given: () => Promise<Given>, message) => {
    const { secrets } = secretsWith(await given());
    const error = await problemOf(secrets.resolve(["pihole.password"]));
    expect(error.message).toContain(message);
    expect(inspect(error, { depth: 9 })).not.toContain("canary");
    expect(inspect(error, { depth: 9 })).not.toContain(identity);
  });
  test("all missing names in one problem, with where it looked", async () => {
    const { secrets } = secretsWith({ content: await encrypted(yaml), keyFile: identity });
    const { problems } = await problemOf(secrets.resolve(["flat", "one", "a.two", "constructor"]));
    expect(problems).toHaveLength(1);
    expect(problems[0].message).toMatch(/"one", "a\.two", "constructor": looked in .*secrets\.age and in the environment/);
    expect(problems[0].hint).toContain("HLX_SECRET_A_TWO");
  });
});

describe("secrets: the key", () => {
  test("comes from the identity: the same in another project, another for another identity", async () => {
    const keys = await Promise.all([identity, identity, otherIdentity].map((keyFile) => secretsWith({ keyFile }).secrets.key()));
    expect(keys.map((key) => key.length)).toEqual([32, 32, 32]);
    expect([Buffer.compare(keys[0] ?? Buffer.of(), keys[1] ?? Buffer.of()), keys[0]?.toString() === keys[2]?.toString()]).toEqual([0, false]);
  });
  test("else is made once, for its owner only", async () => {
    const { secrets, home } = secretsWith({});
    const [first, second] = [await secrets.key(), await secrets.key()];
    expect([first.length, Buffer.compare(first, second)]).toEqual([32, 0]);
    expect([readdirSync(join(home, ".hlx")), (statSync(join(home, ".hlx", "key")).mode & 0o777).toString(8)]).toEqual([["key"], "600"]);
  });
  test.each([
    ["open to others", (path: string) => chmodSync(path, 0o644), "open to others"],
    ["cut short", (path: string) => writeFileSync(path, "short"), "is damaged"],
  ])("a key that is %s is refused", async (_name, spoil, message) => {
    const { secrets, home } = secretsWith({});
    await secrets.key();
    spoil(join(home, ".hlx", "key"));
    expect((await problemOf(secrets.key())).message).toContain(message);
  });
});

describe("redact", () => {
  test.each([
    ["its beginning before the mark of a cut", "said correct-horse-b… and on", "said (sensitive)… and on"],
    ["the beginning of its base64", `said ${Buffer.from("correct-horse-battery").toString("base64").slice(0, 11)}…`, "said (sensitive)…"],
    ["less than four characters of it stay", "said cor… and on", "said cor… and on"],
    ["other words before a cut stay", "some horse… of course", "some horse… of course"],
  ])("a value cut in two: %s", (_name, text, expected) => {
    const redactor = makeRedactor();
    redactor.add("correct-horse-battery");
    expect(redactor.redact(text)).toBe(expected);
  });
  const value = 'correct horse\'s "battery" + staple/é';
  const redactor = makeRedactor();
  redactor.add(value);
  const inJson = JSON.stringify({ value });
  test.each([
    ["itself", value],
    ["base64", Buffer.from(value).toString("base64")],
    ["base64 behind 1 byte", Buffer.from(`x${value}`).toString("base64")],
    ["base64 behind 2 bytes", Buffer.from(`xy${value}z`).toString("base64")],
    ["base64url", Buffer.from(value).toString("base64url")],
    ["hexadecimal", Buffer.from(value).toString("hex")],
    ["hexadecimal, capitals", Buffer.from(value).toString("hex").toUpperCase()],
    ["URL", encodeURIComponent(value)],
    ["a form", new URLSearchParams({ value }).toString()],
    ["JSON", inJson],
    ["JSON in JSON", JSON.stringify(inJson)],
    ["a shell word", quote(value)],
    ["a shell word of a real shell", execFileSync("bash", ["-c", 'printf %s "$1"', "sh", quote(value)], { encoding: "utf8" })],
  ])("%s", (_name, text) => {
    const redacted = redactor.redact(`before ${text} after`);
    expect(redacted).toContain("(sensitive)");
    expect(redacted).toMatch(/^before .* after$/);
    for (const piece of ["horse", "battery", "staple", Buffer.from("battery").toString("hex")]) expect(redacted).not.toContain(piece);
  });
  test("other text stays, short values are left alone, the longest goes first", () => {
    const mine = makeRedactor();
    for (const secret of ["abc", "password", "password123"]) mine.add(secret);
    expect(mine.redact("abc password123 passwore")).toBe("abc (sensitive) passwore");
    expect(makeRedactor().redact("nothing known")).toBe("nothing known");
    const short = makeRedactor();
    short.add("abc");
    expect(short.redact("abc stays, and tears nothing apart")).toBe("abc stays, and tears nothing apart");
    short.add("half \ud83d a character");
    expect(short.redact("so does half \ud83d a character")).toBe("so does (sensitive)");
  });
  test("a key of several lines is taken out line by line", () => {
    const mine = makeRedactor();
    mine.add("-----BEGIN KEY-----\nMIIBVgIBADANBgkq\n-----END KEY-----\n");
    expect(mine.redact("line: MIIBVgIBADANBgkq")).toBe("line: (sensitive)");
  });
  test("no value of 12 characters or more survives in any encoding", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 12, maxLength: 60 }), fc.string({ maxLength: 5 }), (secret, before) => {
        const mine = makeRedactor();
        mine.add(secret);
        const plain = `${before}${secret}`;
        expect(mine.redact(plain)).not.toContain(secret);
        for (const encoding of ["base64", "base64url", "hex"] as const) expect(mine.redact(Buffer.from(plain).toString(encoding))).toContain("(sensitive)");
      }),
    );
  });
});

test("a Secret is printed as (sensitive) in every way", () => {
  const secret = new Secret("canary");
  const said = [String(secret), `${secret}`, JSON.stringify({ secret }), inspect({ secret }, { showHidden: true, depth: 9 })].join(" ");
  expect(said).not.toContain("canary");
  expect(secret.reveal()).toBe("canary");
});
