// hlx doctor: what the host's words mean, what is wrong on this machine, and how it is shown.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findingsInside, inside } from "../../src/cli/run/doctor/inside.ts";
import { examineThisMachine } from "../../src/cli/run/doctor/this-machine.ts";
import { doctorDocument, doctorLines } from "../../src/cli/views/doctor.ts";
import { plain } from "../../src/cli/views/paint.ts";
import { memoryIo } from "./memory-io.ts";

const well = {
  uid: "0",
  shell: "/bin/bash",
  sh: "/usr/bin/dash",
  now: "1000000",
  system: "running",
  synchronised: "yes",
  disk: "/dev/vda1 10000000 5000000 5000000 50% /",
  inodes: "/dev/vda1 100000 50000 50000 50% /",
  writable: "yes",
};

const asked = { host: "ocean", user: "ops", now: 1_000_000 };

/** The findings on what a host said that is well but for these lines. */
function findings(changed: Readonly<Record<string, string | undefined>>, more = "") {
  const lines = Object.entries({ ...well, ...changed }).flatMap(([name, value]) => (value === undefined ? [] : [`${name}\t${value}`]));
  const [said = new Map()] = inside.parse(`${lines.join("\n")}\n${more}`, ["ops"]);
  return findingsInside(said, asked);
}

test("a host that is well has no mend", () => {
  expect(findings({}).filter(({ level, mend }) => level !== "ok" || mend !== undefined)).toEqual([]);
});

test.each<readonly [string, Readonly<Record<string, string | undefined>>, string, object]>([
  ["not root", { uid: "1000" }, "", { check: "root", level: "warning", mend: expect.stringContaining("ops ALL=(ALL:ALL) NOPASSWD: ALL") }],
  ["a tool is missing", {}, "missing\tstat\nmissing\tmktemp\n", { check: "tools", level: "error", found: "missing: stat, mktemp" }],
  ["no systemd", { system: "none" }, "", { check: "systemd", level: "warning" }],
  ["failed units", { system: "degraded" }, "failed\tnginx.service\n", { check: "systemd", level: "warning", found: "degraded, failed: nginx.service" }],
  ["half installed", {}, "halfway\tnginx half-configured\n", { check: "packages", level: "error", mend: expect.stringContaining("dpkg --configure -a") }],
  [
    "the apt lock",
    {},
    "locked\t/var/lib/dpkg/lock 42 apt-get\n",
    { check: "apt lock", level: "warning", found: expect.stringContaining("process 42 (apt-get)") },
  ],
  ["a clock that is behind", { now: "999900" }, "", { check: "clock", level: "warning", found: "100 s behind this machine" }],
  ["a clock a day ahead", { now: "1086400" }, "", { check: "clock", level: "error", found: "86400 s ahead of this machine" }],
  ["a clock that says nonsense", { now: "$(id)" }, "", { check: "clock", level: "warning" }],
  ["a full disk", { disk: "/dev/vda1 10 10 100 99% /var" }, "", { check: "disk", level: "error", found: "0 MiB free on /var" }],
  ["a disk that is nearly full", { disk: "/dev/vda1 10 10 100000 99% /var" }, "", { check: "disk", level: "warning" }],
  ["no inode", { inodes: "/dev/vda1 10 10 0 100% /" }, "", { check: "disk", level: "error", found: "no inode is free on /" }],
  ["read-only", { writable: "no" }, "", { check: "disk", level: "error", found: "/ is read-only" }],
  ["df says nothing", { disk: "" }, "", { check: "disk", level: "warning" }],
  [
    "a folder of somebody else's",
    {},
    "folder\t/run/hlx 0 700 directory\nfolder\t/var/lib/hlx 1000 755 directory\n",
    { check: "hlx's folders", level: "error", mend: expect.stringContaining("chown root:root /var/lib/hlx && chmod 700 /var/lib/hlx") },
  ],
  ["a link in place of a folder", {}, "folder\t/run/hlx 0 777 symbolic link\n", { check: "hlx's folders", level: "error" }],
])("%s is found", (...[, changed, more, expected]) => {
  expect(findings(changed, more)).toContainEqual(expect.objectContaining(expected));
});

test("words that a host made up change nothing else, and reach no terminal", () => {
  const made = findings({ shell: "\u001b]0;x\u0007/bin/sh", uid: undefined }, "constructor\tx\n__proto__\ty\nnonsense\nlocked\t\n");
  expect(made.map(({ check }) => check)).toEqual(findings({}).map(({ check }) => check));
  expect(doctorLines([{ name: "o\u001bcean", findings: made }], plain.paint).join("")).not.toMatch(/[\u0000-\u001f\u007f]/);
});

describe("this machine", () => {
  const folder = mkdtempSync(join(tmpdir(), "hlx-doctor-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const knownHosts = join(folder, "known_hosts");
  const ids = { uid: process.getuid?.() ?? 0, gid: 0 };
  const examine = async (env: Readonly<Record<string, string>> = {}) =>
    examineThisMachine({ io: { ...memoryIo().io, env, ids }, knownHosts: [knownHosts], folder });

  test("is well, or says what is not", async () => {
    expect((await examine()).map(({ check, level }) => [check, level])).toEqual(["node", "known_hosts", "agent", "project"].map((check) => [check, "ok"]));
    writeFileSync(knownHosts, "");
    chmodSync(knownHosts, 0o666);
    chmodSync(folder, 0o777);
    const wrong = (await examine({ SSH_AUTH_SOCK: join(folder, "nobody") })).filter(({ level }) => level !== "ok");
    expect(wrong.map(({ check, level, mend }) => [check, level, mend])).toEqual([
      ["known_hosts", "error", `chmod go-w ${knownHosts}`],
      ["agent", "warning", expect.stringContaining("ssh-agent")],
      ["project", "error", `chmod go-w ${folder}`],
    ]);
  });
  test("an agent that answers is one", async () => {
    const socket = join(folder, "agent");
    const server = createServer().listen(socket);
    expect(await examine({ SSH_AUTH_SOCK: socket })).toContainEqual({ check: "agent", level: "ok", found: socket });
    server.close();
  });
});

test("shown: a block a host, the mend below its finding; as a document the same as data", () => {
  const examined = [
    {
      name: "ocean",
      findings: [
        { check: "dns", level: "ok", found: "fine" },
        { check: "host key", level: "error", found: "unknown", mend: "hlx trust ocean" },
      ],
    },
  ] as const;
  expect(doctorLines(examined, plain.paint)).toEqual([
    "ocean",
    "  ✔  dns       fine",
    "  ✖  host key  unknown",
    "      → hlx trust ocean",
    "",
    "1 error, 0 warnings, 2 looked at.",
  ]);
  expect(doctorDocument(examined)).toEqual({ format: 1, document: "doctor", examined });
});
