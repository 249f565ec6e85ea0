// The text of a schedule's systemd service and timer.
import { sha256 } from "../lib/hash.ts";

/** When it runs: at an interval, or at calendar times (systemd.time(7)). */
export type When = { readonly when: "every"; readonly seconds: number } | { readonly when: "calendar"; readonly calendars: readonly string[] };

export interface Schedule {
  /** The inventory's folder, absolute, links followed: it names the units. */
  readonly folder: string;
  /** Node, hlx and its words. */
  readonly argv: readonly [string, ...string[]];
  readonly workingDirectory: string;
  /** Variables of the unit: anybody may read them. */
  readonly environment: Readonly<Record<string, string>>;
  /** A file of more variables (`NAME=value` lines), which need not be there. */
  readonly environmentFile: string;
  readonly when: When;
  /** As it was given: `--every 15m`; shown in lists. */
  readonly said: string;
  readonly jitterSeconds: number;
}

/** `hlx-drift-` and 12 digits of the folder's hash. */
export function unitNameOf(folder: string): string {
  return `hlx-drift-${sha256(folder).slice(0, 12)}`;
}

/** systemd starts no service that runs already: never two at once. Drift (exit code 2) is no failure of the unit. */
export function serviceText({ folder, argv, workingDirectory, environment, environmentFile }: Schedule): string {
  return `[Unit]
Description=hlx drift check of ${plainText(folder)}
Documentation=man:systemd.timer(5)
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
WorkingDirectory=${escapedPath(workingDirectory)}
${Object.entries(environment)
  .map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}\n`)
  .join("")}EnvironmentFile=-${escapedPath(environmentFile)}
ExecStart=${argv.map(word).join(" ")}
SuccessExitStatus=2
UMask=0077
LimitCORE=0
Nice=5
TimeoutStartSec=1h
`;
}

export function timerText(schedule: Schedule): string {
  const { folder, said, jitterSeconds } = schedule;
  return `[Unit]
Description=hlx drift check of ${plainText(folder)}, ${plainText(said)}

[Timer]
${whenLines(schedule.when).join("\n")}
RandomizedDelaySec=${jitterSeconds}s
AccuracySec=1s

[Install]
WantedBy=timers.target

[X-Hlx]
Folder=${plainText(folder)}
Schedule=${plainText(said)}
`;
}

/** Folder and schedule of a timer that hlx wrote; undefined for any other text. */
export function readTimer(text: string): { readonly folder: string; readonly said: string } | undefined {
  const own = text.split("[X-Hlx]\n")[1];
  const [folder, said] = [own?.match(/^Folder=(.*)$/m)?.[1], own?.match(/^Schedule=(.*)$/m)?.[1]];
  return folder === undefined || said === undefined ? undefined : { folder, said };
}

function whenLines(when: When): readonly string[] {
  if (when.when === "calendar") return [...when.calendars.map((calendar) => `OnCalendar=${calendar}`), "Persistent=true"];
  return ["OnActiveSec=1min", `OnUnitActiveSec=${when.seconds}s`];
}

// systemd.syntax(7), systemd.service(5): backslashes and quotes are escaped, % and $ doubled, a control character written as its code.
function word(text: string): string {
  return quoted(text).replaceAll("$", "$$$$");
}

// The same where no $ is a variable: Environment=.
function quoted(text: string): string {
  const escaped = text.replace(/[\\"]/g, "\\$&").replaceAll("%", "%%");
  return `"${escaped.replace(controls, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`)}"`;
}

// A path setting takes no quotes and no escapes but the doubled %.
function escapedPath(path: string): string {
  return path.replaceAll("%", "%%");
}

function plainText(text: string): string {
  return text.replace(controls, "?").replaceAll("%", "%%").replace(/\\$/, "/");
}

const controls = /[\u0000-\u001f\u007f]/g;
