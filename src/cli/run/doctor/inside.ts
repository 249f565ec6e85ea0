// What can be wrong on a host that lets us in: its tools, systemd, packages, clock, disk, and hlx's own folders. One read.
import type { Read } from "../../../model/ports/shell.ts";
import type { Finding } from "../../views/doctor.ts";

/** What the host says, by name: a line each, values are hostile data. A name may come more than once. */
export type Said = ReadonlyMap<string, readonly string[]>;

/** Asks everything at once; the query is the login user. */
export const inside: Read<string, Said> = {
  name: "doctor",
  args: (user) => [user],
  script: `LC_ALL=C; export LC_ALL
say() { printf '%s\\t%s\\n' "$1" "$2"; }
say uid "$(id -u)"
say shell "$(getent passwd "$1" 2>/dev/null | cut -d: -f7)"
say sh "$(readlink -f /bin/sh)"
for tool in base64 cat chmod chown cut find getent head id ln mkdir mktemp mv readlink rm rmdir setsid sha256sum sleep stat sync tail; do
command -v "$tool" >/dev/null 2>&1 || say missing "$tool"
done
say now "$(date +%s)"
if [ -d /run/systemd/system ]; then
say system "$(systemctl is-system-running 2>/dev/null)"
systemctl list-units --state=failed --plain --no-legend --no-pager 2>/dev/null | head -n 10 | while read -r unit rest; do say failed "$unit"; done
say synchronised "$(timedatectl show -p NTPSynchronized --value 2>/dev/null)"
else say system none; fi
if command -v dpkg-query >/dev/null 2>&1; then
dpkg-query -W -f '\${db:Status-Status}\\t\${Package}\\n' 2>/dev/null | while IFS='	' read -r state package; do
case $state in half-*|unpacked|triggers-*) say halfway "$package $state";; esac
done
for lock in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock; do
[ -e "$lock" ] || continue
inode=$(stat -c %i "$lock")
while read -r number kind how mode pid place rest; do
case $place in *:"$inode") say locked "$lock $pid $(cat "/proc/$pid/comm" 2>/dev/null)";; esac
done </proc/locks
done
fi
for folder in /var/lib/hlx /run/hlx; do
if [ -e "$folder" ] || [ -L "$folder" ]; then say folder "$folder $(stat -c '%u %a %F' "$folder")"; fi
done
at=/var/lib/hlx
[ -d "$at" ] || at=/var/lib
say disk "$(df -Pk "$at" 2>/dev/null | tail -n 1)"
say inodes "$(df -Pi "$at" 2>/dev/null | tail -n 1)"
if [ -w "$at" ]; then say writable yes; else say writable no; fi
`,
  parse: (output, users) => {
    const said = new Map<string, string[]>();
    for (const line of output.split("\n")) {
      const [name = "", ...value] = line.split("\t");
      if (name !== "") said.set(name, [...(said.get(name) ?? []), value.join("\t")]);
    }
    return users.map(() => said);
  },
};

export interface Asked {
  readonly host: string;
  readonly user: string;
  /** Seconds since 1970 by this machine's clock, in the middle of the question. */
  readonly now: number;
}

/** What that means. */
export function findingsInside(said: Said, asked: Asked): readonly Finding[] {
  const one = (name: string) => said.get(name)?.[0] ?? "";
  const all = (name: string) => said.get(name) ?? [];
  return [
    becomeFinding(one("uid"), asked),
    { check: "shell", level: "ok", found: `${one("shell") || "unknown"}, /bin/sh is ${one("sh")}` },
    toolsFinding(all("missing")),
    systemFinding(one("system"), all("failed")),
    packagesFinding(all("halfway")),
    lockFinding(all("locked")),
    clockFinding(one("now"), { asked, synchronised: one("synchronised") }),
    diskFinding(one("disk"), { inodes: one("inodes"), writable: one("writable") }),
    folderFinding(all("folder")),
  ];
}

function becomeFinding(uid: string, { host, user }: Asked): Finding {
  if (uid === "0") return { check: "root", level: "ok", found: user === "root" ? "logged in as root" : `${user} becomes root` };
  const mend = `in the inventory, for ${host}: become: true; on the host: ${user} ALL=(ALL:ALL) NOPASSWD: ALL`;
  return { check: "root", level: "warning", found: `commands run as uid ${uid}: most roles need root`, mend };
}

function toolsFinding(missing: readonly string[]): Finding {
  if (missing.length === 0) return { check: "tools", level: "ok", found: "coreutils and util-linux are there" };
  return { check: "tools", level: "error", found: `missing: ${missing.join(", ")}`, mend: "apt-get install coreutils findutils util-linux libc-bin" };
}

function systemFinding(state: string, units: readonly string[]): Finding {
  const check = "systemd";
  if (state === "none") return { check, level: "warning", found: "systemd does not run there: services cannot be managed" };
  if (units.length === 0) return { check, level: state === "running" ? "ok" : "warning", found: state || "it does not answer" };
  return {
    check,
    level: "warning",
    found: `${state}, failed: ${units.join(", ")}`,
    mend: `systemctl status ${units[0]}; once it is well: systemctl reset-failed`,
  };
}

function packagesFinding(halfway: readonly string[]): Finding {
  const check = "packages";
  if (halfway.length === 0) return { check, level: "ok", found: "none is half installed" };
  return {
    check,
    level: "error",
    found: `half installed: ${halfway.slice(0, 5).join(", ")}${halfway.length > 5 ? " …" : ""}`,
    mend: "dpkg --configure -a && apt-get -f install",
  };
}

function lockFinding(locked: readonly string[]): Finding {
  const [first] = locked;
  const check = "apt lock";
  if (first === undefined) return { check, level: "ok", found: "free" };
  const [lock, pid, ...command] = first.split(" ");
  return { check, level: "warning", found: `${lock} is held by process ${pid} (${command.join(" ")})`, mend: "wait until it ends: hlx waits too, for a while" };
}

const [fewSeconds, tooMany] = [10, 300];

function clockFinding(now: string, { asked, synchronised }: { readonly asked: Asked; readonly synchronised: string }): Finding {
  const check = "clock";
  const off = /^\d{1,12}$/.test(now) ? Math.round(Number(now) - asked.now) : undefined;
  if (off === undefined) return { check, level: "warning", found: "it does not tell the time" };
  const mend = "timedatectl set-ntp true";
  if (Math.abs(off) > fewSeconds) {
    const found = `${Math.abs(off)} s ${off > 0 ? "ahead of" : "behind"} this machine`;
    return { check, level: Math.abs(off) > tooMany ? "error" : "warning", found, mend };
  }
  return { check, level: "ok", found: synchronised === "no" ? "right, but nothing keeps it so: timedatectl set-ntp true" : "right" };
}

function diskFinding(disk: string, { inodes, writable }: { readonly inodes: string; readonly writable: string }): Finding {
  const check = "disk";
  const [freeKiB, mount] = [Number(disk.split(/\s+/)[3]), disk.split(/\s+/).slice(5).join(" ")];
  const freeInodes = inodes.split(/\s+/)[3] ?? "-";
  const mend = `on the host: df -h ${mount}; journalctl --vacuum-size=100M; apt-get clean`;
  if (writable === "no") return { check, level: "error", found: `${mount} is read-only`, mend: `mount -o remount,rw ${mount}; dmesg says why` };
  if (!Number.isFinite(freeKiB)) return { check, level: "warning", found: "df does not answer" };
  if (freeInodes === "0") return { check, level: "error", found: `no inode is free on ${mount}`, mend };
  const level = freeKiB < 10_240 ? "error" : freeKiB < 204_800 ? "warning" : "ok";
  return { check, level, found: `${Math.round(freeKiB / 1024)} MiB free on ${mount}`, ...(level === "ok" ? {} : { mend }) };
}

function folderFinding(folders: readonly string[]): Finding {
  const check = "hlx's folders";
  const wrong = folders.find((line) => !/^\S+ 0 700 directory$/.test(line));
  if (wrong !== undefined) {
    const [folder] = wrong.split(" ");
    const mend = `look at who made it, then: chown root:root ${folder} && chmod 700 ${folder}`;
    return { check, level: "error", found: `${folder} is not root's alone: ${wrong.slice((folder?.length ?? 0) + 1)}`, mend };
  }
  return { check, level: "ok", found: folders.length === 0 ? "not there yet: the first apply makes them" : "root's alone" };
}
