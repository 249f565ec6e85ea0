// What is suggested for a command line that is being typed: a table; the shells themselves are tested in test/completion.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { memoryIo } from "./memory-io.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-completion-"));
writeFileSync(
  join(folder, "inventory.yaml"),
  "format: 1\nplaybook: site.yaml\nhosts: { web1: { address: 192.0.2.1 }, web2: { address: 192.0.2.2 }, db1: { address: 192.0.2.3 } }\ngroups: { web: web*, prod: [web, db1] }\n",
);
writeFileSync(join(folder, "other.yaml"), "format: 1\nhosts: { elsewhere: { address: 192.0.2.9 } }\n");
writeFileSync(join(folder, "site.yaml"), "- hosts: all\n  tags: [early]\n  roles: [{ base: {}, tags: [system, slow] }]\n");
const broken = mkdtempSync(join(tmpdir(), "hlx-completion-"));
writeFileSync(join(broken, "inventory.yaml"), "hosts: [\n");

async function suggested(words: readonly string[], cwd = folder): Promise<readonly string[]> {
  const { io, out, err } = memoryIo({ cwd });
  expect([await main(["completion", "suggest", "--", ...words], io), err()]).toEqual([0, ""]);
  return out()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t")[0] ?? "");
}

describe("suggestions", () => {
  test.each<[string, string[], string[]]>([
    ["a command", ["pl"], ["plan"]],
    ["a command that help is asked for", ["help", "dri"], ["drift"]],
    ["an option", ["plan", "--lim"], ["--limit"]],
    ["hosts and groups for a pattern", ["plan", "-l", "w"], ["web1", "web2", "web"]],
    ["the last part of a pattern", ["plan", "-l", "web:&pr"], ["web:&prod"]],
    ["a value behind an equals sign", ["plan", "--limit=d"], ["--limit=db1"]],
    ["Terraform's dash", ["plan", "-target=db1/"], ["-target=db1/base"]],
    ["a pattern of a command's own", ["exec", "db"], ["db1"]],
    ["one host", ["inventory", "--host", "we"], ["web1", "web2"]],
    ["tags", ["plan", "--tags", "s"], ["slow", "system"]],
    ["one tag more", ["plan", "--tags", "slow,ea"], ["slow,early"]],
    ["an address: hosts first", ["plan", "--target", "db"], ["db1/"]],
    ["an address: then roles", ["plan", "--target", "db1/"], ["db1/base"]],
    ["a risk", ["apply", "--allow", "re"], ["reboot", "replace"]],
    ["words that a command names itself", ["lab", "p"], ["plan"]],
    ["a shell", ["completion", "z"], ["zsh"]],
    ["what has a page", ["doc", "serv"], ["service"]],
    ["hosts of the inventory that -i names", ["plan", "-i", "other.yaml", "-l", ""], ["elsewhere", "all"]],
    ["hosts of the inventory given as a word", ["plan", "other.yaml", "-l", "e"], ["elsewhere"]],
    ["files are the shell's", ["plan", "--private-key", ""], []],
    ["behind --, nothing", ["exec", "web", "--", "l"], []],
    ["for what is no command, nothing", ["frobnicate", ""], []],
  ])("%s", async (_, words, values) => expect(await suggested(words)).toEqual(values));

  test("a broken inventory is no noise", async () => expect(await suggested(["plan", "-l", "w"], broken)).toEqual([]));
  test("every command and every option is offered", async () => {
    const { commands } = await import("../../src/cli/commands.ts");
    expect(await suggested([""])).toEqual(commands.map(({ name }) => name));
    for (const { name, load } of commands) expect((await suggested([name, "--"])).length).toBe((await load()).options.length);
  });
});

test.each([
  ["fisch", 'did you mean "fish"?'],
  ["powershell", "there are: bash, zsh, fish"],
])("the shell %s: %s", async (shell, hint) => {
  const { io, err } = memoryIo({ cwd: folder });
  expect([await main(["completion", shell], io), err()]).toEqual([1, expect.stringContaining(hint)]);
});
