// ansible-vault as a source of secrets: files encrypted as a whole, and single values; read, never written.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { memoryIo } from "../cli/memory-io.ts";

// Written by ansible-vault (ansible-core 2.19) under the password "pw1": `token: abc` and `keep: 5`, and the value "own secret default".
const whole = `$ANSIBLE_VAULT;1.1;AES256
30656365633835306432653830386639346563373632323938313461373233386333653338626661
6363303738393037343833376666343732616532653637630a313930333530326336326539643630
33343037373531393537323664656130653864343963616631643662626136373538376231383664
6539313566316135650a626335303332396637383036643363396130303062316636613737656636
64313566666361383562333830343363623764363261353531396636333638663935
`;
const value = `$ANSIBLE_VAULT;1.1;AES256
36613433316336306261346634626230306536303934666365323432353635366634316531333833
3035633036313466643335353864666363366161623037300a633537613234663631343937316632
65306639656566393564333466613032316462636230386365343230316439373766323838646339
3232363034306431660a643339306266383331326163363031333564313534613261623338336231
35313531613830366331366137306635306365326364393438633030633633356631
`;
const inline = `plain: in the clear
web:
  password: !vault |
${value.replaceAll(/^/gm, "    ").trimEnd()}
  user: in the clear
`;
let folder = "";

async function hlx(words: readonly string[], { env = {}, typed }: { readonly env?: Readonly<Record<string, string>>; readonly typed?: string } = {}) {
  const { io, out, err } = memoryIo({ cwd: folder, env: { NO_COLOR: "1", PATH: "/usr/bin:/bin", ...env }, ...(typed === undefined ? {} : { typed }) });
  const code = await main(["secrets", ...words], { ...io, home: folder });
  return { code, out: out(), err: err() };
}

function given(secrets: string): void {
  writeFileSync(join(folder, "secrets.yaml"), secrets);
}

const password = ["--vault-password-file", "pw"];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hlx-secrets-ansible-"));
  writeFileSync(join(folder, "inventory.yaml"), "format: 1\nsecrets: secrets.yaml\nhosts:\n  web1: { address: 192.0.2.10 }\n");
  writeFileSync(join(folder, "pw"), "pw1\n");
  writeFileSync(join(folder, "wrong"), "pw2\n");
});

describe("a secrets file of ansible-vault", () => {
  test("encrypted as a whole is read, each value as it is written", async () => {
    given(whole);
    expect(await hlx(["list", ...password])).toMatchObject({ code: 0, out: "token\nkeep\n" });
    expect(await hlx(["get", "token", "--raw", ...password])).toMatchObject({ code: 0, out: "abc" });
    expect(await hlx(["get", "keep", "--raw"], { env: { ANSIBLE_VAULT_PASSWORD_FILE: "pw" } })).toMatchObject({ code: 0, out: "5" });
  });

  test("with single values gives those, and nothing that stands there in plain text", async () => {
    given(inline);
    expect(await hlx(["list", ...password])).toMatchObject({ code: 0, out: "web.password\n" });
    expect(await hlx(["get", "web.password", "--raw", ...password])).toMatchObject({ code: 0, out: "own secret default" });
    expect(await hlx(["get", "plain", "--raw", ...password])).toMatchObject({ code: 1, err: expect.stringContaining('no secret "plain"') });
  });

  test.each<readonly [string, { readonly content: string; readonly words: readonly string[]; readonly why: string }]>([
    ["without a password", { content: whole, words: [], why: "no vault password was given" }],
    ["with a wrong password", { content: whole, words: ["--vault-password-file", "wrong"], why: "no vault password that was given opens it" }],
    ["a value with a wrong password", { content: inline, words: ["--vault-password-file", "wrong"], why: "no vault password that was given opens it" }],
    ["damaged", { content: whole.replace("3065", "3066"), words: password, why: "no vault password that was given opens it" }],
    ["cut", { content: whole.split("\n").slice(0, 3).join("\n"), words: password, why: "it is damaged" }],
    ["no YAML", { content: `a: [\nb: !vault x\n`, words: password, why: "is no YAML" }],
  ])("%s is refused with the way on, and nothing of it is said", async (_, { content, words, why }) => {
    given(content);
    const { code, out, err } = await hlx(["get", "token", "--raw", ...words]);
    expect([code, out, err]).toEqual([1, "", expect.stringContaining(why)]);
    expect(err).toContain("secrets.yaml");
    expect(err).not.toMatch(/abc|[0-9a-f]{40}|at .*\.ts/);
  });

  test.each<readonly [string, { readonly words: readonly string[]; readonly content: string; readonly hint: string }]>([
    ["set", { words: ["set", "token"], content: whole, hint: "ansible-vault edit" }],
    ["edit", { words: ["edit"], content: whole, hint: "ansible-vault edit" }],
    ["rotate", { words: ["rotate", "web.password"], content: inline, hint: "ansible-vault encrypt_string" }],
    ["rekey", { words: ["rekey"], content: whole, hint: "ansible-vault edit" }],
  ])("%s leaves it as it is, and says what writes it", async (_, { words, content, hint }) => {
    given(content);
    expect(await hlx([...words, ...password], { typed: "new\n" })).toMatchObject({ code: 1, err: expect.stringContaining(hint) });
    expect(readFileSync(join(folder, "secrets.yaml"), "utf8")).toBe(content);
  });
});
