// hlx schedule over a systemctl that only writes down what it was told.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { memoryIo } from "../cli/memory-io.ts";

function project(status = 0, env: Readonly<Record<string, string>> = {}) {
  const cwd = mkdtempSync(join(tmpdir(), "hlx-schedule-"));
  writeFileSync(join(cwd, "inventory.yaml"), "format: 1\nhosts:\n  a: { address: 192.0.2.1 }\n");
  mkdirSync(join(cwd, "bin"));
  writeFileSync(join(cwd, "bin/systemctl"), `#!/bin/sh\necho "$*" >> ${cwd}/told\nexit ${status}\n`);
  chmodSync(join(cwd, "bin/systemctl"), 0o755);
  const units = join(cwd, "config/systemd/user");
  async function hlx(...words: readonly string[]) {
    const io = memoryIo({ cwd, env: { PATH: `${cwd}/bin:/usr/bin:/bin`, XDG_CONFIG_HOME: join(cwd, "config"), ...env } });
    const code = await main(["schedule", ...words], io.io);
    return { code, out: io.out(), err: io.err() };
  }
  return { cwd, units, hlx, told: () => readFileSync(join(cwd, "told"), "utf8") };
}

test("install, list, run, remove", async () => {
  const { cwd, units, hlx, told } = project();
  const made = await hlx(
    "install",
    "--cron",
    "*/15 * * * *",
    "-l",
    "a",
    "--prom",
    "hlx.prom",
    "--notify",
    "https://u:geheim@hooks.example/T0KEN?k=v",
    "--notify-mail",
    "me@example.org",
  );
  expect(made).toMatchObject({ code: 0, err: "" });
  expect(made.out).toContain("tells webhook https://hooks.example/…");
  expect(made.out.match(/^ {2}next /gm)).toHaveLength(3);
  const [service = "", timer = ""] = readdirSync(units).sort();
  const text = readFileSync(join(units, service), "utf8");
  expect(text).toContain(`"drift" "--unless-busy" "--scheduled" "--no-color" "-i" "${cwd}/inventory.yaml"`);
  expect(text).toContain(`"--prom=${cwd}/hlx.prom" "--limit=a"`);
  expect(readFileSync(join(units, timer), "utf8")).toContain("OnCalendar=*-*-* *:00,15,30,45:00");
  // Anybody may read a unit: what is secret is elsewhere.
  for (const said of [text, made.out]) expect(said).not.toMatch(/T0KEN|geheim/);
  expect(statSync(join(cwd, ".hlx/schedule.json")).mode & 0o777).toBe(0o600);
  expect((await hlx("list")).out).toContain(`${cwd}  --cron */15 * * * *`);
  expect((await hlx("run")).code).toBe(0);
  expect((await hlx("remove")).code).toBe(0);
  expect([readdirSync(units), existsSync(join(cwd, ".hlx/schedule.json"))]).toEqual([[], false]);
  expect(told()).toContain(`--user --no-pager start ${service}`);
  expect((await hlx("remove")).err).toContain("no schedule for");
});

test.each<readonly [readonly string[], string]>([
  [[], "wants either --every or --cron"],
  [["--every", "15m", "--cron", "* * * * *"], "wants either"],
  [["--every", "1s"], "must be between 60"],
  [["--cron", "0 0 L * *"], '"L"'],
  [["--every", "1h", "--notify", "http://hooks.example/T0KEN"], "http://hooks.example would send it in the clear"],
  [["--every", "1h", "--notify", "ftp://x/T0KEN"], "not a URL of https"],
  [["--every", "1h", "--notify-mail", "-oQ/tmp me@x"], "not a mail address"],
])("install %j is refused before anything is written", async (words, why) => {
  const { cwd, hlx } = project();
  const { code, err } = await hlx("install", ...words);
  expect([code, err]).toEqual([1, expect.stringContaining(why)]);
  expect(err).not.toContain("T0KEN");
  expect(existsSync(join(cwd, "config"))).toBe(false);
});

test("paths of the environment go into the unit, secrets do not: what is missed is named, and where to put it", async () => {
  const { cwd, units, hlx } = project(0, { HLX_AGE_KEY_FILE: "age.txt", HLX_SECRET_WEB: "geheim", LAB_PW: "geheim", VAULT_TOKEN: "geheim", OTHER: "geheim" });
  writeFileSync(join(cwd, "inventory.yaml"), "format: 1\nsecrets: [{ env: LAB_ }]\nhosts:\n  a: { address: 192.0.2.1 }\n");
  const { code, err } = await hlx("install", "--every", "15m", "--heal", "--allow", "restart");
  expect([code, err]).toEqual([0, expect.stringMatching(/may read a unit: HLX_SECRET_WEB, LAB_PW\n.*\.hlx\/schedule\.env \(mode 0600\)/)]);
  const text = readdirSync(units)
    .map((file) => readFileSync(join(units, file), "utf8"))
    .join("");
  expect(text).not.toContain("geheim");
  expect(text).toContain(`Environment="HLX_AGE_KEY_FILE=${cwd}/age.txt"\nEnvironmentFile=-${cwd}/.hlx/schedule.env`);
  expect(text).toContain('"--heal" "--allow=restart"');
});

test.each([
  [["--allow", "restart"], "--heal was not given"],
  [["--heal", "--allow", "restrat"], "restart"],
])("install --every 1h %j is refused", async (words, why) => {
  const { cwd, hlx } = project();
  expect(await hlx("install", "--every", "1h", ...words)).toMatchObject({ code: 1, err: expect.stringContaining(why) });
  expect(existsSync(join(cwd, "config"))).toBe(false);
});

test("a systemctl that refuses is an error that names it", async () => {
  const { code, err } = await project(1).hlx("install", "--every", "15m");
  expect([code, err]).toEqual([3, expect.stringContaining("systemctl --user --no-pager daemon-reload")]);
});
