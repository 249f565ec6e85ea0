// The time zone, without timedated: a container and a minimal system have none.
import { type Claim, command, file, type Resource } from "hlx";

// timedatectl makes the link relative, Debian's installer absolute (localtime(5) asks for either).
const linked = `case "$(readlink /etc/localtime)" in
  "/usr/share/zoneinfo/$1" | "../usr/share/zoneinfo/$1") exit 0 ;;
  *) exit 1 ;;
esac`;

const link = `if ! [ -f "/usr/share/zoneinfo/$1" ]; then
  printf 'there is no time zone %s in /usr/share/zoneinfo\\n' "$1" >&2
  exit 1
fi
ln -s -f "/usr/share/zoneinfo/$1" /etc/.localtime.hlx && mv -f -T /etc/.localtime.hlx /etc/localtime`;

/** /etc/localtime, and /etc/timezone for what still reads it. */
export function timezone(zone: string): readonly Resource[] {
  return [command({ name: `timezone ${zone}`, script: link, unless: linked, args: [zone] }), file({ path: "/etc/timezone", content: `${zone}\n` })];
}

/** A warning where the tz database of this Node has no zone of the name: the host's may be newer. */
export function unknownZone(zone: string | undefined): readonly Claim[] {
  if (zone === undefined || isKnown(zone)) return [];
  const likely = Intl.supportedValuesOf("timeZone").find((one) => one.toLowerCase().split("/").at(-1) === zone.toLowerCase());
  const hint = likely === undefined ? "ls /usr/share/zoneinfo on the host shows the names" : `did you mean "${likely}"?`;
  return [{ claim: "finding", level: "warning", path: ["timezone"], message: `there is no time zone "${zone}"`, hint }];
}

function isKnown(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
