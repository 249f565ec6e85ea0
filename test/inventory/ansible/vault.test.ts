// Ansible-vault: what ansible-vault (ansible-core 2.19) wrote is opened, and nothing else.
import { describe, expect, test } from "vitest";
import { makeVault } from "../../../src/lib/ansible-vault.ts";
import { load, said, varsOf } from "./files.ts";

const right = [{ id: "default", password: "pw1" }];
const text = `$ANSIBLE_VAULT;1.1;AES256
36613433316336306261346634626230306536303934666365323432353635366634316531333833
3035633036313466643335353864666363366161623037300a633537613234663631343937316632
65306639656566393564333466613032316462636230386365343230316439373766323838646339
3232363034306431660a643339306266383331326163363031333564313534613261623338336231
35313531613830366331366137306635306365326364393438633030633633356631
`;
const labelled = `$ANSIBLE_VAULT;1.2;AES256;lab
63353938633631666462643561653635303864366637303862306630393539336430613037373433
3631643634383466656239356531653238333833396436610a316136636263316536313137643435
63373137353462396363353962613137366163313535373563376163623164643734386563346165
6531366635656262310a653439393638633037366233346261366161623265336636663737646236
3966
`;
const file = `$ANSIBLE_VAULT;1.1;AES256
30656365633835306432653830386639346563373632323938313461373233386333653338626661
6363303738393037343833376666343732616532653637630a313930333530326336326539643630
33343037373531393537323664656130653864343963616631643662626136373538376231383664
6539313566316135650a626335303332396637383036643363396130303062316636613737656636
64313566666361383562333830343363623764363261353531396636333638663935
`;
const indented = (envelope: string): string => envelope.replaceAll(/^/gm, "  ").trimEnd();

describe("a vault", () => {
  test("opens what was encrypted under its password", () => expect(makeVault(right)(text)).toEqual({ text: "own secret default" }));
  test("opens a labelled one with a password of another label", () => expect(makeVault(right)(labelled)).toEqual({ text: "own secret lab" }));
  test("tries every password", () => expect(makeVault([{ id: "lab", password: "no" }, ...right])(labelled)).toHaveProperty("text"));
  test("says which it tried", () =>
    expect(makeVault([{ id: "prod", password: "no" }])(labelled)).toHaveProperty("wrong", expect.stringMatching(/its id: lab; tried: prod/)));
  test.each([
    ["a changed character", text.replace("34306431660a6433", "34306431660a6434")],
    ["a line less", text.split("\n").slice(0, -2).join("\n")],
    ["another cipher", text.replace("AES256", "AES")],
    ["another version", text.replace("1.1", "9.9")],
    ["a header alone", "$ANSIBLE_VAULT;1.1;AES256\n"],
    ["no hexadecimal digits", "$ANSIBLE_VAULT;1.1;AES256\nzz\n"],
  ])("does not open %s", (_, envelope) => expect(makeVault(right)(envelope)).toHaveProperty("wrong"));
});

describe("in an inventory", () => {
  const files = { h: "[web]\na\n", "group_vars/web/v.yml": `key: !vault |\n${indented(text)}\nplain: 1\n`, "host_vars/a.yml": file };
  test("values and whole files are opened, marked, and kept apart for redaction", async () => {
    const inventory = await load(files, { vaultPasswords: right });
    const { sources } = inventory.hosts.get("a") ?? {};
    expect(varsOf(inventory, "a")).toEqual({ key: "own secret default", plain: 1, token: "abc", keep: 5 });
    expect([sources?.["key"]?.secret, sources?.["token"]?.secret, sources?.["plain"]?.secret]).toEqual([true, true, undefined]);
    expect([...(inventory.secretValues?.values() ?? [])]).toEqual(["own secret default", "abc"]);
  });
  test("without a password each place is said, with what to do", async () => {
    expect(await said(files)).toBe(
      [
        "group_vars/web/v.yml:1:13 cannot decrypt this value: no vault password was given | give it with --vault-password-file FILE, or --ask-vault-pass",
        "host_vars/a.yml:1:1 cannot decrypt this file: no vault password was given | give it with --vault-password-file FILE, or --ask-vault-pass",
      ].join("\n"),
    );
  });
  test("a wrong password is said, not what is inside", async () => {
    const wrong = await said(files, { vaultPasswords: [{ id: "default", password: "no" }] });
    expect(wrong).toMatch(/no vault password that was given opens it/);
    expect(wrong).not.toMatch(/own secret|abc/);
  });
});
