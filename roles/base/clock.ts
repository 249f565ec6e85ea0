// The time zone, without timedated: a container and a minimal system have none.
import { command, file, type Resource } from "hlx";

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
