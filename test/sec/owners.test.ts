// Whoever may write what hlx reads commands hlx: an inventory names programs, a playbook names roles.
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { untrustedFiles } from "../../src/playbook/roles/trust.ts";
import { memoryIo } from "../cli/memory-io.ts";

const ids = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

function projectWith(modes: Readonly<Record<string, number>>): string {
  const folder = mkdtempSync(join(tmpdir(), "hlx-owners-"));
  mkdirSync(join(folder, "plays"));
  writeFileSync(join(folder, "inventory.yaml"), "format: 1\nplaybook: plays/site.yaml\nhosts:\n  a: { address: 192.0.2.1 }\n");
  writeFileSync(join(folder, "plays/site.yaml"), "- hosts: all\n  roles: [base]\n");
  for (const [path, mode] of Object.entries(modes)) chmodSync(join(folder, path), mode);
  return folder;
}

async function validate(folder: string, who: typeof ids | undefined): Promise<string> {
  const { io, err } = memoryIo({ cwd: folder });
  await main(["validate"], { ...io, ...(who === undefined ? {} : { ids: who }) });
  return err();
}

describe("sec/54 what others may write is not read", () => {
  test.each<readonly [string, Readonly<Record<string, number>>, string]>([
    ["an inventory", { "inventory.yaml": 0o646 }, "not reading inventory.yaml: everybody may write to it"],
    ["the folder that an inventory is in", { ".": 0o777 }, "not reading .: everybody may write to it"],
    ["a folder where others may add files, although not remove them", { ".": 0o1777 }, "not reading .: everybody may write to it"],
    ["a playbook", { "plays/site.yaml": 0o666 }, "not reading plays/site.yaml: everybody may write to it"],
    ["the folder that a playbook is in", { plays: 0o757 }, "not reading plays: everybody may write to it"],
  ])("%s", async (...[, modes, said]) => {
    const folder = projectWith(modes);
    expect(await validate(folder, ids)).toContain(said);
    expect(await validate(folder, undefined)).not.toContain("not reading");
  });

  test("a project of one's own is read", async () => expect(await validate(projectWith({}), ids)).not.toContain("not reading"));

  test("what belongs to somebody else is not, but root's is", () => {
    const [file, cwd] = [join(projectWith({}), "inventory.yaml"), "/"];
    const other = { uid: ids.uid + 1, gid: ids.gid + 1 };
    expect(untrustedFiles([file], { runner: other, cwd }).length > 0).toBe(ids.uid !== 0);
    expect(untrustedFiles(["/etc/passwd", "/nowhere"], { runner: other, cwd })).toEqual([]);
  });
});
