// The host itself: its name, kernel settings, journal, login message and updates.
import { command, directory, type Facts, file, packages, type Resource, service } from "hlx";

/** The host's name, now and after a boot. */
export function hostname(name: string): readonly Resource[] {
  const now = command({ name: `hostname ${name}`, script: 'hostname -- "$1"', unless: '[ "$(uname -n)" = "$1" ]', args: [name] });
  return [file({ path: "/etc/hostname", content: `${name}\n` }), now];
}

// $1 is a key, $2 its value, and so on. Values are compared word by word: the kernel prints tabs between numbers.
const isSet = `while [ $# -gt 1 ]; do
  is=$(cat "/proc/sys/$1" 2>/dev/null | tr '\\t' ' ') || exit 1
  [ "$is" = "$2" ] || exit 1
  shift 2
done`;

const set = `while [ $# -gt 1 ]; do
  printf '%s\\n' "$2" >"/proc/sys/$1" || exit 1
  shift 2
done`;

/** Kernel settings, now and (by systemd-sysctl) after a boot. A container has its host's kernel: there the file is all. */
export function sysctl(settings: Readonly<Record<string, string | number>>, facts: Facts): readonly Resource[] {
  const sorted = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  if (sorted.length === 0) return [];
  const content = sorted.map(([key, value]) => `${key} = ${value}\n`).join("");
  const args = sorted.flatMap(([key, value]) => [key.replaceAll(".", "/"), String(value)]);
  const kept = [directory({ path: "/etc/sysctl.d" }), file({ path: "/etc/sysctl.d/60-hlx.conf", content })];
  return facts.virtualization === "container" ? kept : [...kept, command({ name: "sysctl", script: set, unless: isSet, args })];
}

/** The journal's size on disk. */
export function journal(max: string): readonly Resource[] {
  const limit = file({ path: "/etc/systemd/journald.conf.d/hlx.conf", content: `[Journal]\nSystemMaxUse=${max}\n` });
  return [directory({ path: "/etc/systemd/journald.conf.d" }), limit, service({ unit: "systemd-journald", restartOn: [limit] })];
}

export function motd(message: string): Resource {
  return file({ path: "/etc/motd", content: message.endsWith("\n") ? message : `${message}\n` });
}

/** Security updates every day (apt.systemd.daily), or not. */
export function upgrades(wanted: boolean): readonly Resource[] {
  const value = wanted ? "1" : "0";
  const content = `APT::Periodic::Update-Package-Lists "${value}";\nAPT::Periodic::Unattended-Upgrade "${value}";\n`;
  return [...(wanted ? [packages(["unattended-upgrades"])] : []), file({ path: "/etc/apt/apt.conf.d/20auto-upgrades", content })];
}
