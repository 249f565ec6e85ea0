// The canary: a secret that is new each run is on a host where it belongs, and nowhere else – whatever happens, however loud hlx is asked to be.
import { randomBytes } from "node:crypto";
import { globSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineTry } from "../../src/lab/engine.ts";
import { engine, type LabHost, labHost } from "./hosts.ts";
import { hostLines, type Project, project } from "./project.ts";

// No letters of hex or base64 alone: every encoding of it looks different from every other.
const canary = `k!${randomBytes(12).toString("hex")}"'$\\+ /`;
const login = randomBytes(16).toString("hex");

/** Each spelling in which a value travels; the canary alone, so that a hit is a leak. */
function spellings(value: string): ReadonlyMap<string, string> {
  const at = (offset: number): string =>
    Buffer.concat([Buffer.alloc(offset), Buffer.from(value)])
      .toString("base64")
      .replaceAll("=", "")
      .slice(offset === 0 ? 0 : offset + 1, -2);
  return new Map([
    ["plain", value],
    ["its core", value.slice(2, 26)],
    ["base64", at(0)],
    ["base64 at 1", at(1)],
    ["base64 at 2", at(2)],
    ["base64url", at(0).replaceAll("+", "-").replaceAll("/", "_")],
    ["hex", Buffer.from(value).toString("hex")],
    ["HEX", Buffer.from(value).toString("hex").toUpperCase()],
    ["URL", encodeURIComponent(value)],
    ["JSON", JSON.stringify(value).slice(1, -1)],
    ["shell", value.replaceAll("'", `'\\''`)],
  ]);
}

const needles = [...spellings(canary), ...spellings(login)];

function hitsIn(text: string): readonly string[] {
  return needles.filter(([, needle]) => text.includes(needle)).map(([name]) => name);
}

const role = `import { command, defineRole, file, secretRefSchema, user } from "hlx";

export default defineRole({
  name: "keeper",
  summary: "Secrets in a file, in a password hash, on standard input.",
  params: {
    type: "object", additionalProperties: false, required: ["token"],
    properties: { token: secretRefSchema, fail: { type: "string" }, round: { type: "integer" } },
  },
  declare({ params }) {
    const shout = 'read -r s; echo "said $s"; printf %s "$s" | base64 -w0; echo; printf %s "x$s" | base64 -w0; echo; printf %s "$s" | od -An -tx1 | tr -d " \\\\n"; echo; echo "err: $s" >&2;';
    return [
      file({ path: "/etc/keeper.conf", content: ["token=", params.token, "\\nround=" + String(params.round ?? 0) + "\\n"], mode: "0600" }),
      user({ name: "keeper", system: true, password: params.token }),
      command({ name: "takes it", script: "cat > /root/taken; chmod 0600 /root/taken", unless: "test -e /root/taken", stdin: params.token }),
      ...(params.fail === "loud" ? [command({ name: "loud", script: shout + " exit 3", unless: "false", stdin: params.token })] : []),
      ...(params.fail === "invalid" ? [file({ path: "/etc/bad.conf", content: params.token, validate: ["sh", "-c", 'cat "$1"; exit 1', "-", "%s"] })] : []),
      ...(params.fail === "slow" ? [command({ name: "slow", script: shout + " sleep 60", unless: "false", stdin: params.token, deadlineMs: 3000 })] : []),
      ...(["loud", "invalid", "slow"].includes(params.fail ?? "") ? [file({ path: "/etc/after.conf", content: ["after=", params.token], mode: "0600" })] : []),
      ...(params.fail === "hang" ? [command({ name: "hang", script: shout + " sleep 45", unless: "false", stdin: params.token, deadlineMs: 120000 })] : []),
    ];
  },
});
`;

const playbook = (params: string): string => `- hosts: all\n  roles:\n    - keeper: { token: !secret keeper.token${params} }\n`;

let host: LabHost;
let lab: Project;
const seen: { what: string; text: string }[] = [];
/** Whatever is put into a temporary folder is found in the project. */
function folders(): Readonly<Record<string, string>> {
  const [TMPDIR, XDG_RUNTIME_DIR] = [join(lab.folder, "tmp"), join(lab.folder, "run")];
  for (const folder of [TMPDIR, XDG_RUNTIME_DIR]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return { HLX_SECRET_UNUSED: "x", TMPDIR, XDG_RUNTIME_DIR };
}

/** Runs hlx and keeps all that it says. */
async function hlx(...args: readonly string[]): Promise<number | null> {
  const { code, stdout, stderr } = await lab.start(args, { env: folders() }).ended;
  seen.push({ what: `hlx ${args.join(" ")} (exit ${code})`, text: `${stdout}\n${stderr}` });
  return code;
}

/** Reads the command lines and environments of hlx's processes and of the host's, every 10 ms, with root's eyes, until it is told to stop. */
function sampler(hostSpace: string): { stop(): string } {
  const found = new Map<string, string>();
  const ours = new Map<string, boolean>([[String(process.pid), false]]);
  const look = (): void => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      if (!isOurs(pid, hostSpace, ours)) continue;
      for (const what of ["cmdline", "environ"]) {
        const text = procText(`${pid}/${what}`);
        if (hitsIn(text).length > 0) found.set(`${pid} ${what}`, text.slice(0, 200));
      }
    }
  };
  const timer = setInterval(look, 10);
  return {
    stop: () => {
      clearInterval(timer);
      return [...found].map(([where, text]) => `${where}: ${text}`).join("\n");
    },
  };
}

/** A process below this one, or one in the host's space of process ids: nobody else's business is looked at. */
function isOurs(pid: string, hostSpace: string, known: Map<string, boolean>): boolean {
  const before = known.get(pid);
  if (before !== undefined) return before;
  const parent = /^PPid:\s*(\d+)$/m.exec(procText(`${pid}/status`))?.[1] ?? "0";
  const mine = parent === String(process.pid) || known.get(parent) === true || spaceOf(pid) === hostSpace;
  known.set(pid, mine);
  return mine;
}

function procText(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, "latin1");
  } catch {
    return "";
  }
}

function spaceOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return "gone";
  }
}

beforeAll(async () => {
  host = await labHost({ user: "ops", password: login });
  lab = project(
    {
      "inventory.yaml": `format: 1\nplaybook: site.yaml\nsecrets: secrets.yaml\nhosts:\n${hostLines({ box: host }).replace(" }", ", password: !secret box.login, becomePassword: !secret box.login }")}`,
      "site.yaml": playbook(""),
      "roles/keeper/role.ts": role,
    },
    [host],
  );
  expect(await hlx("secrets", "init")).toBe(0);
  for (const [name, value] of [
    ["keeper.token", canary],
    ["box.login", login],
  ] as const)
    expect(await piped(name, value)).toBe(0);
});

async function piped(name: string, value: string): Promise<number | null> {
  const { spawnSync } = await import("node:child_process");
  const bin = new URL("../../bin/hlx.js", import.meta.url).pathname;
  const ran = spawnSync(process.execPath, [bin, "secrets", "set", name], {
    cwd: lab.folder,
    input: value,
    env: { PATH: process.env["PATH"], HOME: join(lab.folder, ".home") },
    encoding: "utf8",
  });
  seen.push({ what: `secrets set ${name}`, text: `${ran.stdout}${ran.stderr}` });
  return ran.status;
}

describe("a secret is where it belongs, and nowhere else", () => {
  let watching: ReturnType<typeof sampler>;
  beforeAll(async () => {
    const { stdout } = await engineTry(engine, ["inspect", "--format", "{{.State.Pid}}", host.container]);
    const space = spaceOf(stdout.trim());
    expect(space).toMatch(/^pid:/);
    watching = sampler(space);
  });
  afterAll(() => watching.stop());

  test.each([[[]], [["-v"]], [["-vv"]], [["--json"]], [["-D"]]])("plan %j", async (how) => {
    expect(await hlx("plan", ...how)).toBe(0);
  });

  test("ok: it arrives", async () => {
    expect(await hlx("apply", "--yes", "-vv")).toBe(0);
    expect(await host.exec("cat /etc/keeper.conf")).toContain(`token=${canary}\n`);
    expect(await host.exec("cat /root/taken")).toBe(canary);
    expect(await host.exec("stat -c '%a %U' /etc/keeper.conf")).toContain("600 root");
  });

  test.each([[[]], [["-v"]], [["-vv"]], [["--json"]]])("changed %j", async (how) => {
    lab.write("site.yaml", playbook(`, round: ${how.length + (how[0] ?? "").length}`));
    await host.exec("rm -f /root/taken; echo other >> /etc/keeper.conf");
    expect([0, 2]).toContain(await hlx("drift", ...how));
    expect(await hlx("plan", "-o", "saved.plan", ...how)).toBe(0);
    expect(await hlx("show", "saved.plan", ...how)).toBe(0);
    expect(await hlx("apply", "--yes", "--trace", `trace${how.join("")}`, "--profile", ...how)).toBe(0);
  });

  test("checked, reported, taken back", async () => {
    await host.exec("echo other >> /etc/keeper.conf");
    expect(await hlx("apply", "--check", "-D")).toBe(0);
    expect(await hlx("drift", "--unmanaged", "--junit", "d.xml", "--html", "d.html", "--prom", "d.prom")).toBe(2);
    expect(await hlx("drift", "--heal", "--json")).not.toBe(1);
    lab.write("site.yaml", playbook(", round: 77"));
    expect(await hlx("apply", "--yes")).toBe(0);
    expect(await hlx("rollback", "1", "--yes", "--allow", "replace,data-loss,connectivity")).not.toBe(1);
  });

  test.each(["loud", "invalid", "slow"].flatMap((fail) => [[], ["-v"], ["-vv"], ["--json"]].map((how) => [fail, how] as const)))(
    "failed: %s %j",
    async (fail, how) => {
      lab.write("site.yaml", playbook(`, fail: ${fail}`));
      expect(await hlx("apply", "--yes", ...how)).toBe(3);
      expect(seen.at(-1)?.text.includes("did not end within 3 s and was killed")).toBe(fail === "slow");
    },
  );

  test("crashed: hlx is killed in the middle of a step", async () => {
    lab.write("site.yaml", playbook(", fail: hang"));
    const running = lab.start(["apply", "--yes", "-vv"], { env: folders() });
    await new Promise((resolve) => setTimeout(resolve, 8000));
    running.kill("SIGKILL");
    const { stdout, stderr } = await running.ended;
    expect(stdout).toMatch(/hang/);
    seen.push({ what: "killed apply", text: stdout + stderr });
    await host.exec("pkill -x sleep || true");
    lab.write("site.yaml", playbook(""));
    for (let round = 0; round < 20 && (await hlx("apply", "--yes", "-vv")) !== 0; round++) await new Promise((resolve) => setTimeout(resolve, 3000));
  });

  test.each([
    ["history"],
    ["show", "1"],
    ["show", "1", "--json"],
    ["state", "list", "--json"],
    ["state", "show", "box/**"],
    ["secrets", "list"],
    ["facts"],
    ["doctor", "-vv"],
    ["inventory", "--list"],
  ])("%s", async (...words) => {
    expect(await hlx(...words)).not.toBe(null);
  });

  test("an apply has run to its end after all that", async () => {
    expect(seen.at(-1)?.what).toBeDefined();
    expect(await hlx("plan", "--detailed-exitcode")).toBe(0);
  });

  test("sec/23 nothing that hlx said holds it", () => {
    expect(seen.length).toBeGreaterThan(30);
    const leaks = seen.flatMap(({ what, text }) => hitsIn(text).map((spelling) => ({ what, spelling, line: lineWith(text, spelling) })));
    expect(leaks).toEqual([]);
  });

  test("no file of the project, its home or a temporary folder holds it, and state is ours alone", () => {
    const roots = [lab.folder, "/dev/shm"];
    const files = roots.flatMap((root) => globSync("**/*", { cwd: root, exclude: () => false }).map((path) => join(root, path)));
    const hidden = ["**/.hlx/**/*", ".hlx/**/*", ".home/**/*", ".home/.config/**/*"].flatMap((glob) =>
      globSync(glob, { cwd: lab.folder }).map((path) => join(lab.folder, path)),
    );
    const all = [...new Set([...files, ...hidden])].filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
    expect(all.some((path) => path.includes("/.hlx/"))).toBe(true);
    expect(all.filter((path) => hitsIn(readFileSync(path, "latin1")).length > 0)).toEqual([]);
    const open = all.filter((path) => /\/\.hlx\/|saved\.plan|age\.txt|secrets\.yaml$/.test(path) && (statSync(path).mode & 0o077) !== 0);
    expect(open).toEqual([]);
  });

  test("no process's command line or environment held it, here or on the host", async () => {
    expect(watching.stop()).toBe("");
  });

  test("on the host: neither journal nor any file but those that are meant, and what undo keeps is root's alone", async () => {
    const core = canary.slice(2, 26);
    const spelled = needles.filter(([name]) => !["plain", "shell", "JSON", "URL"].includes(name)).map(([, needle]) => needle);
    const pattern = spelled.map((needle) => `-e '${needle}'`).join(" ");
    expect(spelled).toContain(core);
    // What a step printed lies with its job until the run has read it: a run that was killed left it to root alone.
    expect(Number(await host.exec("journalctl --no-pager | wc -l"))).toBeGreaterThan(20);
    expect((await host.tryExec(`journalctl --no-pager -o export 2>/dev/null | grep -aF ${pattern} | head -5`)).stdout).toBe("");
    const files = (await host.tryExec(`grep -raslF ${pattern} /etc /root /home /tmp /var /run /dev/shm /srv /opt 2>/dev/null | sort`)).stdout
      .split("\n")
      .filter((path) => path !== "");
    const kept = files.filter((path) => !["/etc/keeper.conf", "/root/taken", "/etc/shadow", "/etc/shadow-"].includes(path));
    expect(kept.filter((path) => !/^\/(var\/lib\/hlx\/undo|run\/hlx\/jobs)\//.test(path))).toEqual([]);
    expect((await host.exec("stat -c '%a %U' /var/lib/hlx /var/lib/hlx/undo /run/hlx/jobs")).trim().split("\n")).toEqual(Array(3).fill("700 root"));
    expect((await host.tryExec(`find /var/lib/hlx/undo ${kept.join(" ")} -type f \\( -perm /077 -o ! -user root \\)`)).stdout).toBe("");
    expect((await host.tryExec("find /var/lib/hlx ! -user root")).stdout).toBe("");
  });

  test("would find it: each spelling of it is seen", () => {
    for (const [, needle] of needles) expect(hitsIn(`before ${needle} after`)).not.toEqual([]);
    expect(hitsIn("nothing of the sort")).toEqual([]);
  });

  test("would find it: a process that has it in its command line or environment is seen", async () => {
    const twin = sampler("none");
    const { spawn } = await import("node:child_process");
    const children = [spawn("sleep", ["1"], { argv0: `sleep ${canary}` }), spawn("sleep", ["1"], { env: { LEAK: canary } })];
    await Promise.all(children.map((child) => new Promise((resolve) => child.on("close", resolve))));
    const told = twin.stop();
    for (const { pid } of children) expect(told).toContain(String(pid));
    expect(told).toMatch(/cmdline/);
    expect(told).toMatch(/environ/);
  });
});

function lineWith(text: string, spelling: string): string {
  const needle = needles.filter(([name]) => name === spelling).map(([, each]) => each);
  return text.split("\n").find((line) => needle.some((each) => line.includes(each))) ?? "";
}
