// Starting: login shells of all sorts, becoming root, twins, and what it costs.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { containerTransport } from "../../../src/connections/container.ts";
import { processTransport } from "../../../src/connections/local.ts";
import type { Become } from "../../../src/connections/shell/options.ts";
import type { Read } from "../../../src/model/ports/shell.ts";
import { problemOf } from "../../../src/model/problem.ts";
import { echo, freshHost, sessionOn, shells } from "./host.ts";

const whoami: Read<string, string> = { name: "uid", script: "id -u", args: () => [], parse: (output) => [output.trim()] };

function login(argv: readonly string[], user = "root") {
  return async () => processTransport({ user, argv: (command) => [...argv, "-c", command] });
}

describe("login shells", () => {
  const present = [["/bin/bash"], ["/bin/bash", "--posix"], ["/usr/bin/fish"], ["/bin/csh"], ["/usr/bin/busybox", "sh"], ["/usr/bin/zsh"]].filter(
    ([path = ""]) => existsSync(path),
  );

  test.each(present)("%s %s", async (...argv) => {
    const session = await sessionOn(freshHost(), { connect: login(argv.filter((word) => typeof word === "string")) });
    expect(await session.shell.ask(echo, "it's $HOME")).toBe("it's $HOME");
  });

  test("one that prints a banner on both streams first is understood", async () => {
    const host = freshHost();
    const noisy = join(host, "noisy");
    writeFileSync(noisy, '#!/bin/sh\necho "Welcome to $USER"; echo noise >&2; printf "no newline"; exec /bin/sh "$@"\n');
    chmodSync(noisy, 0o755);
    const session = await sessionOn(host, { connect: login([noisy]) });
    expect(await session.shell.ask(echo, "x")).toBe("x");
  });

  test("/bin/false is a clear problem", async () => {
    const session = await sessionOn(freshHost(), { connect: login(["/bin/false"]) });
    const problem = await session.shell.ask(echo, "x").catch(problemOf);
    expect(problem).toMatchObject({ code: "unreachable", message: "starting a shell on reef as root: it ended with status 1" });
  });

  test("one that never ends is given up in time", async () => {
    const host = freshHost();
    const silent = join(host, "silent");
    writeFileSync(silent, "#!/bin/sh\nexec sleep 4\n");
    chmodSync(silent, 0o755);
    const session = await sessionOn(host, { connect: login([silent]), deadlineMs: 400 });
    expect(await session.shell.ask(echo, "x").catch(problemOf)).toMatchObject({ code: "unreachable" });
  });
});

test.each(shells)("sec/23 $name writes no core file, whatever its login allows", async (sh) => {
  const limit: Read<string, string> = { ...whoami, name: "core", script: "ulimit -S -c" };
  const generous = login(["/bin/sh", "-c", 'ulimit -S -c "$(ulimit -H -c)"; exec /bin/sh "$@"', "-"]);
  const session = await sessionOn(freshHost(), { sh, connect: generous });
  expect(await session.shell.ask(limit, "")).toBe("0");
});

describe("what starting costs", () => {
  test("as root nothing beyond the first read", async () => {
    const session = await sessionOn(freshHost());
    expect(session.traffic().roundTrips).toBe(0);
    await session.shell.ask(echo, "facts");
    await session.shell.ask(echo, "probes");
    expect(session.traffic().roundTrips).toBe(2);
  });
});

describe("twins", () => {
  test("the right marker is let in, a wrong or missing one is refused before anything is read", async () => {
    const host = freshHost();
    const problem = await sessionOn(host, { twin: "lab-1" }).catch(problemOf);
    expect(problem).toMatchObject({ code: "trust", message: "reef is not the twin lab-1: its marker is missing or names another" });
    writeFileSync(join(host, "twin"), "lab-2\n");
    expect(await sessionOn(host, { twin: "lab-1" }).catch(problemOf)).toMatchObject({ code: "trust" });
    writeFileSync(join(host, "twin"), "lab-1\n");
    const session = await sessionOn(host, { twin: "lab-1" });
    expect(await session.shell.ask(echo, "x")).toBe("x");
  });
});

/** Becoming root for real needs root here (to make users and sudoers), and sudo. */
const canSudo = process.getuid?.() === 0 && existsSync("/usr/bin/sudo");

describe.skipIf(!canSudo)("sudo", () => {
  const password = `p;"'$(id) ä ${Date.now()}`;
  const sudoers = "/etc/sudoers.d/hlx-test";
  const users = ["hlxt-free", "hlxt-pass", "hlxt-none", "hlxt-tty"];
  const home = mkdtempSync("/tmp/hlx-sudo-");

  beforeAll(() => {
    for (const user of users) execFileSync("sh", ["-c", 'id "$1" >/dev/null 2>&1 || useradd -M -s /bin/sh "$1"', "sh", user]);
    execFileSync("chpasswd", { input: users.map((user) => `${user}:${password}\n`).join("") });
    mkdirSync("/etc/sudoers.d", { recursive: true });
    const lines = [
      "hlxt-free ALL=(ALL:ALL) NOPASSWD: ALL",
      "hlxt-pass ALL=(ALL:ALL) ALL",
      "Defaults:hlxt-pass timestamp_timeout=0",
      "hlxt-tty ALL=(ALL:ALL) NOPASSWD: ALL",
      "Defaults:hlxt-tty requiretty",
    ];
    writeFileSync(sudoers, `${lines.join("\n")}\n`, { mode: 0o440 });
  });

  afterAll(() => {
    rmSync(sudoers, { force: true });
    for (const user of users) execFileSync("userdel", ["-f", user], { stdio: "ignore" });
    rmSync(home, { recursive: true, force: true });
  });

  function as(user: string) {
    return login(["setpriv", "--reuid", user, "--regid", user, "--init-groups", "--reset-env", "/bin/sh"], user);
  }

  function sudo(given?: string): Become {
    return { how: "sudo", password: async () => given };
  }

  test("without a password", async () => {
    const session = await sessionOn(freshHost(), { connect: as("hlxt-free"), become: sudo() });
    expect(await session.shell.ask(whoami, "")).toBe("0");
    expect(await session.shell.check({ script: "id -u", args: [] }, { deadlineMs: 5000 })).toMatchObject({ stdout: "0\n" });
  });

  test("sec/25 with a password full of quotes, which stands in no process's arguments", async () => {
    const session = await sessionOn(freshHost(), { connect: as("hlxt-pass"), become: sudo(password) });
    const look: Read<string, string> = {
      name: "argv",
      script: 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" "\\n"',
      args: () => [],
      parse: (output) => [output],
    };
    expect(await session.shell.ask(whoami, "")).toBe("0");
    expect(await session.shell.ask(look, "")).not.toContain(password);
  });

  test("a password that nobody asks for is not sent", async () => {
    const session = await sessionOn(freshHost(), { connect: as("hlxt-free"), become: sudo(password) });
    expect(await session.shell.ask(whoami, "")).toBe("0");
  });

  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ["a wrong password", "hlxt-pass", "wrong"],
    ["a password is needed and none is given", "hlxt-pass", undefined],
    ["a user who may not", "hlxt-none", undefined],
    ["a user who may not, with a password", "hlxt-none", password],
    ["requiretty", "hlxt-tty", undefined],
  ];
  test.each(cases)("%s: a problem with the sudoers line, within 10 s", async (_, user, given) => {
    const problem = await sessionOn(freshHost(), { connect: as(user), become: sudo(given) }).catch(problemOf);
    expect(problem).toMatchObject({ code: "privilege", hint: expect.stringContaining(`${user} ALL=(ALL:ALL)`) });
    expect(JSON.stringify(problem)).not.toContain(password);
  });

  test("sec/20 a login that prints sudo's usual prompt gets no password", async () => {
    const host = freshHost();
    const fake = join(host, "fake");
    const got = join(home, "got");
    writeFileSync(fake, `#!/bin/sh\nprintf "[sudo] password for root: " >&2\nread -r line && echo "$line" >${got}\n`);
    chmodSync(fake, 0o755);
    const problem = await sessionOn(host, { connect: login([fake], "ann"), become: sudo(password), deadlineMs: 700 }).catch(problemOf);
    expect(problem).toMatchObject({ code: "privilege" });
    expect(existsSync(got)).toBe(false);
  });

  test("none: the session stays who it is", async () => {
    const session = await sessionOn(freshHost(), { connect: as("hlxt-none"), become: { how: "none" } });
    expect(await session.shell.ask(whoami, "")).not.toBe("0");
  });
});

describe("container names", () => {
  test.each(["-x", "", "a b", "a/../b", "$(id)", "a\nb", "--privileged"])("%j is refused", (name) => {
    expect(() => containerTransport({ engine: "docker", name, user: "root" })).toThrow(/cannot be a container's name/);
  });
  test("a plain one is taken", () => {
    expect(containerTransport({ engine: "docker", name: "web_1.x", user: "root" }).user).toBe("root");
  });
});
