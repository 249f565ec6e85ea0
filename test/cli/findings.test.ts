// Findings and imports through the whole command line: what is shown where.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { memoryIo } from "./memory-io.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-findings-"));
afterAll(() => rmSync(folder, { recursive: true }));
const sources = resolve("test/fixtures/import");

async function run(...argv: string[]) {
  const memory = memoryIo({ cwd: folder });
  const code = await main(argv, memory.io);
  return { code, out: memory.out(), err: memory.err() };
}

function project(name: string, vars: string): string {
  mkdirSync(join(folder, name), { recursive: true });
  const lan = "networks: { lan: { cidr: 10.7.0.0/24, domain: home.test } }";
  writeFileSync(
    join(folder, name, "inventory.yaml"),
    `format: 1\nplaybook: site.yaml\n${lan}\nhosts:\n  web1: { lan: 2, connect: 127.0.0.1, port: 1, vars: { ${vars} } }\n`,
  );
  writeFileSync(join(folder, name, "site.yaml"), "- { hosts: all, roles: [base] }\n");
  return name;
}

describe("warnings", () => {
  const name = project("warned", "a: 10.8.0.1, b: 10.7.0.9, c: web.home.test, db_password: hunter2");
  test("validate shows them whole, and is content", async () => {
    const { code, out } = await run("validate", name);
    expect([code, out.split("\n").filter((line) => line.startsWith("warning: warned/inventory.yaml:5:")).length]).toEqual([0, 4]);
    expect(out).toContain("  keep it with: hlx secrets set db-password, and write !secret db-password\n");
    expect(out).not.toContain("hunter2");
  });
  test.each(["plan", "apply"])("%s shows three in short, on stderr", async (command) => {
    const { out, err } = await run(command, name, ...(command === "apply" ? ["-y"] : []));
    expect(err.split("\n").filter((line) => line.startsWith("warning: "))).toHaveLength(3);
    expect(err).toContain("and 1 warning more: hlx validate\n");
    expect(out).not.toContain("warning");
  });
  test("as data", async () => expect(JSON.parse((await run("validate", name, "--json")).out)).toMatchObject({ valid: true, warnings: { length: 4 } }));
});

test("errors refuse plan as they do validate", async () => {
  const name = project("refused", "a: b");
  const file = join(folder, name, "inventory.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("home.test }", "home.test, gateway: 100, ranges: { dhcp: 100-199 } }"));
  for (const command of ["validate", "plan"]) {
    const { code, err } = await run(command, name);
    expect([code, err]).toEqual([1, expect.stringMatching(/inventory\.yaml:3:\d+: the gateway 10\.7\.0\.100 .* is inside the range "dhcp"/)]);
  }
});

describe("import", () => {
  test("writes a project that is valid, and never over one", async () => {
    const made = await run("import", "kea", join(sources, "kea-dhcp4.conf"), "--host", "dns01", "-o", "made");
    expect([made.code, made.out]).toEqual([0, "Wrote made/inventory.yaml.\nWrote made/site.yaml.\nNext: hlx validate made, then: hlx plan made\n"]);
    expect(made.err).toMatch(/kea-dhcp4\.conf:9:\d+: "interface" is not taken over/);
    expect(await run("validate", "made")).toMatchObject({ code: 0, err: "" });
    const again = await run("import", "kea", join(sources, "kea-dhcp4.conf"), "-o", "made");
    expect([again.code, again.err]).toEqual([1, expect.stringContaining("not writing over made/inventory.yaml, made/site.yaml")]);
  });
  test("shows both files where no folder is given", async () =>
    expect((await run("import", "zones", `home.test=${join(sources, "home.zone")}`)).out).toMatch(
      /^# inventory\.yaml\nformat: 1\n[\s\S]*\n# site\.yaml\n- hosts: dns01\n/,
    ));
  test.each([
    ["an unknown kind", ["zone", "x"], '"zone" cannot be imported'],
    ["a file that is not there", ["dhcpd", "dhcp.conf"], "cannot read dhcp.conf"],
    ["a folder with nothing in it", ["zones", "warned"], "nothing in warned looks like something to import"],
  ])("refuses %s", async (_, argv, said) => {
    const { code, err } = await run("import", ...argv);
    expect([code, err]).toEqual([1, expect.stringContaining(said)]);
  });
});
