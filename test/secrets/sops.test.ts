// Files of sops: opened when they are as sops wrote them, refused when anything was changed.
import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { armor, Encrypter, generateIdentity, identityToRecipient } from "age-encryption";
import { beforeAll, describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { isSops, openSops } from "../../src/secrets/sops.ts";

let [identity, other] = ["", ""];
beforeAll(async () => {
  [identity, other] = [await generateIdentity(), await generateIdentity()];
});

interface Leaf {
  readonly path: readonly string[];
  readonly text: string;
  readonly type?: string;
}

const modified = "2026-11-21T09:00:00Z";
const leaves: readonly Leaf[] = [
  { path: ["web", "password"], text: 'canary, with: "all" ünd\nlines' },
  { path: ["web", "port"], text: "8443", type: "int" },
  { path: ["web", "on"], text: "True", type: "bool" },
  { path: ["list"], text: "first" },
  { path: ["list"], text: "second" },
];

// github.com/getsops/sops, README "Encryption Protocol": AES-256-GCM, a nonce of 32 bytes, the path as additional data, SHA-512 over all values.
function seal({ path, text, type = "str" }: Leaf, key: Buffer, bound = `${path.join(":")}:`): string {
  const iv = randomBytes(32);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(bound));
  const data = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return `ENC[AES256_GCM,data:${data.toString("base64")},iv:${iv.toString("base64")},tag:${cipher.getAuthTag().toString("base64")},type:${type}]`;
}

async function sopsFile(onlyEncrypted = false): Promise<string> {
  const key = randomBytes(32);
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  const enc = armor.encode(await encrypter.encrypt(key));
  const [password, port, on, first, second] = leaves.map((leaf) => seal(leaf, key));
  const hash = createHash("sha512");
  if (onlyEncrypted) hash.update(createHash("sha256").update("sops").digest());
  for (const { text } of leaves) hash.update(text);
  if (!onlyEncrypted) hash.update("seen");
  const mac = seal({ path: [], text: hash.digest("hex").toUpperCase() }, key, modified);
  return [
    `web:\n    password: ${password}\n    port: ${port}\n    on: ${on}\nlist:\n    - ${first}\n    - ${second}\nopen_unencrypted: seen\nnothing: null\n`,
    `sops:\n    age:\n        - recipient: age1x\n          enc: |\n${enc.trimEnd().replaceAll(/^/gm, "            ")}\n`,
    `    lastmodified: "${modified}"\n    mac: ${mac}\n${onlyEncrypted ? "    mac_only_encrypted: true\n" : ""}    version: 3.9.4\n`,
  ].join("");
}

const opened = { web: { password: leaves[0]?.text, port: "8443", on: true }, list: ["first", "second"], open_unencrypted: "seen", nothing: null };

const open = (text: string, who = identity) => openSops(parseDocument(text), [who]);

describe("sops: opened", () => {
  test("YAML, with values of every type", async () => {
    const text = await sopsFile();
    expect(isSops(parseDocument(text))).toBe(true);
    expect(JSON.parse(JSON.stringify(await open(text)))).toEqual(opened);
  });
  test("JSON: the same tree", async () => {
    const text = JSON.stringify(parseDocument(await sopsFile()).toJS());
    expect(JSON.parse(JSON.stringify(await open(text)))).toEqual(opened);
  });
  test("a MAC over encrypted values alone: the others are no secrets", async () => {
    expect(JSON.parse(JSON.stringify(await open(await sopsFile(true))))).toEqual({ ...opened, open_unencrypted: null });
  });
});

describe("sops: refused, without a word of what is inside", () => {
  test.each<readonly [string, (text: string) => string, string]>([
    ["a value in the clear that was changed", (text) => text.replace("open_unencrypted: seen", "open_unencrypted: else"), "MAC does not fit"],
    ["a value in the clear that was added", (text) => `more: x\n${text}`, "MAC does not fit"],
    ["an encrypted value replaced by one in the clear", (text) => text.replace(/password: .*/, "password: mine"), "MAC does not fit"],
    ["a value that was removed", (text) => text.replace(/ +port: .*\n/, ""), "MAC does not fit"],
    ["list items in another order", (text) => text.replace(/( +- ENC.*\n)( +- ENC.*\n)/, "$2$1"), "MAC does not fit"],
    ["a value under another name", (text) => text.replace("password:", "passwort:"), "changed or moved"],
    [
      "one byte of a value",
      (text) => text.replace(/(password: ENC\[AES256_GCM,data:)(.)/, (_, before: string, one: string) => `${before}${one === "A" ? "B" : "A"}`),
      "changed or moved",
    ],
    ["another time of change", (text) => text.replace(modified, "2026-11-21T09:00:01Z"), "changed or moved"],
    ["the switch for the MAC turned", (text) => `${text}    mac_only_encrypted: true\n`, "MAC does not fit"],
    ["a shortened tag", (text) => text.replace(/(password: .*tag:)[^,]*/, "$1AAAA"), "MAC does not fit"],
    ["key groups", (text) => `${text}    key_groups: []\n`, "key groups"],
  ])("%s", async (_name, change, message) => {
    const text = await sopsFile();
    expect(change(text)).not.toBe(text);
    const thrown = await open(change(text)).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(Error);
    expect(String(thrown)).toContain(message);
    expect(String(thrown)).not.toContain("canary");
  });
  test("for somebody else", async () => {
    await expect(open(await sopsFile(), other)).rejects.toThrow("no age recipient of this identity");
  });
});
