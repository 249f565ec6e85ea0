// hlx schedule: systemd timers of this machine that run hlx drift.
import { mkdirSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ProblemError } from "../../model/problem.ts";
import { shownTarget } from "../../report/notify-target.ts";
import { writeReport } from "../../report/write.ts";
import { calendarsOf, nextRuns } from "../../schedule/cron.ts";
import { secondsOf } from "../../schedule/every.ts";
import { readTimer, type Schedule, serviceText, timerText, unitNameOf, type When } from "../../schedule/units.ts";
import type { Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { visible } from "../views/escape.ts";
import { targetsOf } from "./drift-now.ts";
import { healingOf } from "./heal-now.ts";
import { type Project, readProject } from "./project.ts";
import { carriedBy, missedOf } from "./schedule-environment.ts";
import { removeTargets, writeTargets } from "./schedule-file.ts";
import { type Manager, managerOf, systemctl } from "./systemctl.ts";

export const scheduleActions: Readonly<Record<"install" | "list" | "run" | "remove", (context: Context) => Promise<Standing>>> = { install, list, run, remove };

async function install(context: Context): Promise<Standing> {
  const { io, printer } = context;
  const when = whenOf(context);
  const targets = targetsOf(context);
  healingOf(context);
  const project = await projectOf(context);
  const manager = managerOf(io);
  const schedule = scheduleOf(project, when, context);
  const name = unitNameOf(schedule.folder);
  const state = join(project.inventory.folder, ".hlx");
  for (const folder of [manager.folder, state]) mkdirSync(folder, { recursive: true, mode: folder === state ? 0o700 : 0o755 });
  writeTargets(state, targets, io.randomHex(4));
  writeUnit(join(manager.folder, `${name}.service`), serviceText(schedule), io.randomHex(4));
  writeUnit(join(manager.folder, `${name}.timer`), timerText(schedule), io.randomHex(4));
  await systemctl(["daemon-reload"], manager, io);
  await systemctl(["enable", "--now", `${name}.timer`], manager, io);
  // A timer that ran already keeps its old times otherwise.
  await systemctl(["restart", `${name}.timer`], manager, io);
  const missed = missedOf(project.inventory.secrets, io);
  if (missed.length > 0)
    printer.err([
      `not carried over from this environment, since anybody may read a unit: ${missed.map(visible).join(", ")}`,
      `  where checks need them, write NAME=value lines into ${visible(environmentFileOf(schedule.folder))} (mode 0600): the unit reads it`,
    ]);
  printer.out([
    `Installed ${name}.timer: drift of ${visible(schedule.folder)}, ${visible(schedule.said)}, up to ${schedule.jitterSeconds} s later.`,
    ...when.next.map((at) => `  next  ${at}`),
    ...targets.map((target) => `  tells ${visible(shownTarget(target))}`),
    ...(manager.user ? ["  runs only while you are logged in, unless: loginctl enable-linger"] : []),
    `  its output: journalctl ${manager.user ? "--user " : ""}-u ${name}`,
  ]);
  return {};
}

interface WhenSaid {
  readonly when: When;
  readonly said: string;
  readonly next: readonly string[];
  readonly jitterSeconds: number;
}

function whenOf({ given, io }: Context): WhenSaid {
  const [every, cron, jitter] = [given.text("every"), given.text("cron"), given.text("jitter")];
  if ((every === undefined) === (cron === undefined))
    throw new ProblemError({ code: "usage", message: "hlx schedule install wants either --every or --cron", hint: "hlx schedule install --every 15m" });
  const jitterOr = (otherwise: number): number => (jitter === undefined ? otherwise : secondsOf(jitter, { option: "--jitter", least: 0, most: 86_400 }));
  if (cron === undefined) {
    const seconds = secondsOf(every ?? "", { option: "--every", least: 60, most: 30 * 86_400 });
    return { when: { when: "every", seconds }, said: `--every ${every ?? ""}`, next: [], jitterSeconds: jitterOr(Math.min(300, Math.floor(seconds / 10))) };
  }
  const calendars = calendarsOf(cron);
  const next = nextRuns(cron, { from: io.now(), count: 3 }).map((at) => at.toString().replace(/ \(.*/, ""));
  return { when: { when: "calendar", calendars }, said: `--cron ${cron}`, next, jitterSeconds: jitterOr(60) };
}

function scheduleOf({ inventory, file }: Project, { when, said, jitterSeconds }: WhenSaid, { given, io }: Context): Schedule {
  const folder = realpathSync(inventory.folder);
  if (/[\p{Cc}]/u.test(folder + io.cwd))
    throw new ProblemError({ code: "usage", message: "a folder with a control character in its name cannot stand in a unit" });
  const files = ["junit", "html", "prom", "playbook", "privateKey", "becomePasswordFile"];
  const passed = [
    ...given
      .texts("inventory")
      .slice(1)
      .flatMap((one) => ["-i", resolve(io.cwd, one)]),
    ...files.flatMap((name) => pair(name, given.text(name), (text) => resolve(io.cwd, text))),
    ...["limit", "user", "forks", "timeout", "tags", "skipTags"].flatMap((name) => pair(name, given.text(name), (text) => text)),
    ...given.texts("vaultPasswordFile").flatMap((one) => ["--vault-password-file", resolve(io.cwd, one)]),
    ...(given.flag("become") ? ["--become"] : []),
    ...(given.flag("heal") ? ["--heal"] : []),
    ...given.texts("allow").map((risk) => `--allow=${risk}`),
  ];
  const argv = [readlinkSync("/proc/self/exe"), fileURLToPath(new URL("../../../bin/hlx.js", import.meta.url)), "drift"] as const;
  const words = ["--unless-busy", "--scheduled", "--no-color", "-i", file, ...passed] as const;
  const environment = { environment: carriedBy(io), environmentFile: environmentFileOf(folder) };
  return { folder, argv: [...argv, ...words], workingDirectory: io.cwd, ...environment, when, said, jitterSeconds };
}

function environmentFileOf(folder: string): string {
  return join(folder, ".hlx", "schedule.env");
}

function pair(name: string, value: string | undefined, spelled: (text: string) => string): readonly string[] {
  return value === undefined ? [] : [`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}=${spelled(value)}`];
}

// A folder of units is the manager's: its files are readable, and hold no secret.
function writeUnit(path: string, text: string, random: string): void {
  writeReport(path, text, { option: "writing the unit", mode: 0o644, random });
}

async function list({ io, printer }: Context): Promise<Standing> {
  const manager = managerOf(io);
  const found = unitsIn(manager);
  const lines = await Promise.all(
    found.map(async ({ name, folder, said }) => {
      const asked = ["show", `${name}.timer`, "--property=NextElapseUSecRealtime,LastTriggerUSec,ActiveState"];
      const shown = await systemctl(asked, manager, io).catch(() => "");
      return [`${name}  ${visible(folder)}  ${visible(said)}`, ...shown.split("\n").flatMap(propertyLine)];
    }),
  );
  printer.out(found.length === 0 ? ["No schedules. hlx schedule install --every 15m makes one."] : lines.flat());
  return {};
}

function propertyLine(line: string): readonly string[] {
  const [name = "", ...value] = line.split("=");
  const words: Readonly<Record<string, string>> = { NextElapseUSecRealtime: "next", LastTriggerUSec: "last", ActiveState: "timer" };
  const text = value.join("=");
  return words[name] === undefined || text === "" ? [] : [`  ${words[name]}  ${visible(text)}`];
}

interface Installed {
  readonly name: string;
  readonly folder: string;
  readonly said: string;
}

function unitsIn({ folder }: Manager): readonly Installed[] {
  return filesIn(folder)
    .filter((file) => /^hlx-drift-[0-9a-f]{12}\.timer$/.test(file))
    .flatMap((file) => {
      const read = readTimer(readFileSync(join(folder, file), "utf8"));
      return read === undefined ? [] : [{ name: file.replace(/\.timer$/, ""), ...read }];
    });
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

async function run(context: Context): Promise<Standing> {
  const { name, manager } = await installed(context);
  await systemctl(["start", `${name}.service`], manager, context.io);
  context.printer.out([`Ran ${name}.service. What it said: journalctl ${manager.user ? "--user " : ""}-u ${name}`]);
  return {};
}

async function remove(context: Context): Promise<Standing> {
  const { name, manager, state } = await installed(context);
  await systemctl(["disable", "--now", `${name}.timer`], manager, context.io);
  for (const file of [`${name}.timer`, `${name}.service`]) rmSync(join(manager.folder, file), { force: true });
  await systemctl(["daemon-reload"], manager, context.io);
  removeTargets(state);
  context.printer.out([`Removed ${name}. A check that is running ends by itself.`]);
  return {};
}

async function installed(context: Context): Promise<{ readonly name: string; readonly manager: Manager; readonly state: string }> {
  const { inventory } = await projectOf(context);
  const manager = managerOf(context.io);
  const name = unitNameOf(realpathSync(inventory.folder));
  if (!filesIn(manager.folder).includes(`${name}.timer`))
    throw new ProblemError({ code: "usage", message: `no schedule for ${inventory.folder}`, hint: "hlx schedule list shows them" });
  return { name, manager, state: join(inventory.folder, ".hlx") };
}

function projectOf(context: Context): Promise<Project> {
  return readProject({ ...context, given: { ...context.given, args: context.given.args.slice(1) } });
}
