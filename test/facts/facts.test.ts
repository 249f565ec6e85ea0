// Facts: what real systems print, what hostile ones may print, and that all of it is one round trip.
import { existsSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeFacts, gatherFacts } from "../../src/facts/gather.ts";
import { facts } from "../../src/facts/registry.ts";
import { ProblemError } from "../../src/model/problem.ts";
import { localShell, tableShell } from "./shell.ts";

const stat =
  "1 (systemd) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 36 176000 3000 18446744073709551615 1 1 0 0 0 0 671173123 4096 1260 0 0 0 17 1 0 0 0 0 0";
const debian12 = {
  hostname: "ocean\n",
  machineId: "3f5c1d0ab2c94e0f8b6a7c5d4e3f2a1b\n",
  boot: `0b7a3f3e-6f4c-4c57-9a3b-5d8f0e1c2d3b\n${stat}\n`,
  os: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION="12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\nHOME_URL="https://www.debian.org/"\n',
  kernel: "6.1.0-28-amd64\n",
  machine: "x86_64\n",
  cpus: "4\n",
  memoryMiB: "MemTotal:        8130184 kB\n",
  init: "systemd\n",
  packageManager: "apt\n",
  virtualization: "kvm\n",
  gpus: "0000:00:01.0 0x1234 0x1111 bochs-drm\n0000:42:00.0 0x10de 0x2684 nouveau\n0000:43:00.0 0x1002 0x747e -\n",
  user: "fleet\n",
  root: "0\n",
};
const ubuntuOs = (version: string, codename: string, name: string): string =>
  `PRETTY_NAME="${name}"\nNAME="Ubuntu"\nVERSION_ID="${version}"\nVERSION_CODENAME=${codename}\nID=ubuntu\nID_LIKE=debian\nUBUNTU_CODENAME=${codename}\nLOGO=ubuntu-logo\n`;
const alpineOs = 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\nHOME_URL="https://alpinelinux.org/"\n';

describe("facts: what systems print", () => {
  test("Debian 12", async () => {
    expect(await gatherFacts(tableShell(debian12))).toEqual({
      hostname: "ocean",
      machineId: "3f5c1d0ab2c94e0f8b6a7c5d4e3f2a1b",
      boot: "0b7a3f3e-6f4c-4c57-9a3b-5d8f0e1c2d3b.36",
      os: { id: "debian", versionId: "12", codename: "bookworm", name: "Debian GNU/Linux 12 (bookworm)", like: [] },
      kernel: "6.1.0-28-amd64",
      machine: "x86_64",
      cpus: 4,
      memoryMiB: 7939,
      init: "systemd",
      packageManager: "apt",
      virtualization: "kvm",
      gpus: [
        { address: "0000:00:01.0", vendor: "1234", device: "1111", driver: "bochs-drm" },
        { address: "0000:42:00.0", vendor: "nvidia", device: "2684", driver: "nouveau" },
        { address: "0000:43:00.0", vendor: "amd", device: "747e" },
      ],
      user: "fleet",
      root: true,
    });
  });
  test.each([
    [
      "Ubuntu 24.04",
      ubuntuOs("24.04", "noble", "Ubuntu 24.04.1 LTS"),
      { id: "ubuntu", versionId: "24.04", codename: "noble", name: "Ubuntu 24.04.1 LTS", like: ["debian"] },
    ],
    [
      "Ubuntu 25.10",
      ubuntuOs("25.10", "questing", "Ubuntu 25.10"),
      { id: "ubuntu", versionId: "25.10", codename: "questing", name: "Ubuntu 25.10", like: ["debian"] },
    ],
    ["Alpine", alpineOs, { id: "alpine", versionId: "3.20.3", codename: "", name: "Alpine Linux v3.20", like: [] }],
    ["no os-release at all", "", { id: "linux", versionId: "", codename: "", name: "linux", like: [] }],
    ["single quotes and escapes", 'ID=\'x\'\nPRETTY_NAME="a \\"b\\" \\$c"\n', { id: "x", versionId: "", codename: "", name: 'a "b" $c', like: [] }],
  ])("os: %s", (_name, output, expected) => {
    expect(facts.os.parse(output)).toEqual(expected);
  });
  test.each([
    ["machineId: Alpine has none", () => facts.machineId.parse(""), ""],
    ["machineId: not yet made", () => facts.machineId.parse("uninitialized\n"), ""],
    ["boot: a program name with spaces and parentheses", () => facts.boot.parse(`abc\n${stat.replace("systemd", "a) (b c")}\n`), "abc.36"],
    ["boot: no /proc", () => facts.boot.parse("none\n1 (init) \n"), "none."],
    ["init: OpenRC", () => facts.init.parse("other\n"), "other"],
    ["packageManager: apk", () => facts.packageManager.parse("none\n"), "none"],
    ["root: a plain user", () => facts.root.parse("1000\n"), false],
    ["user: a domain's", () => facts.user.parse("HOME\\bob\n"), "HOME\\bob"],
  ])("%s", (_name, parsed, expected) => {
    expect(parsed()).toBe(expected);
  });
});

describe("facts: how they are asked", () => {
  test("all travel in one flush", async () => {
    const shell = tableShell(debian12);
    await gatherFacts(shell);
    expect(shell.flushes()).toBe(1);
  });
  const shells: readonly [string, ...string[]][] = [["sh"], ["dash"], ["bash", "--posix"], ["busybox", "sh"]];
  const here = shells.filter(([program]) => ["/bin", "/usr/bin"].some((folder) => existsSync(`${folder}/${program}`)));
  test.each(here.map((argv) => ({ argv })))("their scripts run under $argv", async ({ argv }) => {
    const gathered = await gatherFacts(localShell(argv));
    expect([gathered.cpus > 0, gathered.memoryMiB > 0, gathered.hostname !== "", gathered.boot.length > 3]).toEqual([true, true, true, true]);
  });
  test("the user is the one before sudo", async () => {
    expect((await gatherFacts(localShell(["sh"], { SUDO_USER: "fleet" }))).user).toBe("fleet");
  });
});

describe("facts: hostile answers", () => {
  test.each([
    ["a control character in the name", { hostname: "a\u001b[2Jb" }, "fact hostname"],
    ["a package manager nobody knows", { packageManager: "../../evil" }, "fact packageManager"],
    ["an init nobody knows", { init: "systemd2" }, "fact init"],
    ["a machine-id that is a path", { machineId: "../../etc" }, "fact machineId"],
    ["a count that is no number", { cpus: "1e9" }, "fact cpus"],
    ["no processor at all", { cpus: "0" }, "fact cpus"],
    ["a user with a newline", { user: "a\nb" }, "fact user"],
    ["a banner before the answer", { root: "Welcome!\n0" }, "fact root"],
  ])("sec/05 %s is refused by name", async (_name, outputs, expected) => {
    const thrown = await gatherFacts(tableShell({ ...debian12, ...outputs })).catch((problem: unknown) => problem);
    expect(thrown).toBeInstanceOf(ProblemError);
    expect((thrown as ProblemError).message).toContain(expected);
    expect((thrown as ProblemError).message).not.toMatch(/[\p{Cc}]/u);
  });
  test("sec/01 template text comes out as it went in", () => {
    const name = "{{ x }} ${y} <% z %> `id` $(id)";
    expect(facts.os.parse(`PRETTY_NAME='${name}'\n`).name).toBe(name);
  });
  test("text for people is cut and cannot move a cursor", () => {
    expect(facts.os.parse(`PRETTY_NAME=${"x".repeat(5000)}\n`).name).toHaveLength(1024);
    expect(facts.os.parse("PRETTY_NAME=a\u001b[2J\u202eb\n").name).toBe("a\\u{1b}[2J\\u{202e}b");
  });
  test("sec/04 an answer called __proto__ changes nothing outside", async () => {
    const gathered = await gatherFacts(tableShell({ ...debian12, os: "__proto__=x\nconstructor=y\nID=debian\n" }));
    expect([Object.getPrototypeOf(gathered), Object.getPrototypeOf(gathered.os), ({} as Record<string, unknown>)["x"]]).toEqual([null, null, undefined]);
    expect(Object.isFrozen(gathered) && Object.isFrozen(gathered.os) && Object.isFrozen(gathered.os.like)).toBe(true);
  });
  const hostile = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("__proto__", "{{7*7}}", "$(id)", "\u0000", "ID=\u001b", "9".repeat(40), `ID="${"a".repeat(3000)}"`),
  );
  test("any output gives facts or a ProblemError", async () => {
    const outputs = fc.record(
      Object.fromEntries(Object.entries(debian12).map(([name, good]) => [name, fc.oneof({ weight: 20, arbitrary: fc.constant(good) }, hostile)])),
    );
    await fc.assert(
      fc.asyncProperty(outputs, async (answers) => {
        const gathered: unknown = await gatherFacts(tableShell(answers)).catch((problem: unknown) => problem);
        if (gathered instanceof ProblemError) return;
        expect(gathered).not.toBeInstanceOf(Error);
        expect(JSON.stringify(gathered)).not.toMatch(/[\p{Cc}]|\\u00/u);
      }),
      { numRuns: 2000 },
    );
  });
});

test("describeFacts: sorted names, members of members with a dot", async () => {
  const lines = describeFacts(await gatherFacts(tableShell(debian12)));
  expect(lines.map(({ name }) => name)).toEqual(lines.map(({ name }) => name).toSorted());
  expect(lines).toContainEqual({ name: "os.codename", value: "bookworm" });
  expect(lines).toContainEqual({ name: "root", value: "true" });
});
