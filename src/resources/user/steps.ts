// How an account becomes what it should be. The password hash goes over standard input, never through argv.
import type { Change, Known } from "../../model/kind.ts";
import type { Run, Step } from "../../model/step.ts";
import type { User } from "./desired.ts";
import type { UserActual } from "./probe.ts";

export function steps(desired: User, found: Known<UserActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  const { name } = desired;
  if (changes.length === 0) return [];
  if (desired.absent === true) return [{ do: "run", title: `remove user ${name}`, script: 'exec userdel -- "$1"', args: [name] }];
  const changed = new Set(changes.map(({ property }) => property));
  const account = found.found === "absent" ? [added(desired)] : modified(desired, changed);
  return changed.has("password") ? [...account, passwordSet(desired)] : account;
}

function added(desired: User): Run {
  const { name, group, home, system } = desired;
  const at = home === undefined ? [] : ["-d", home];
  const flags = [...at, ...(system === true ? ["-r", "-M"] : ["-m"]), ...flagsOf(desired, () => true)];
  return { do: "run", title: `add user ${name}`, script: addScript, args: [name, group === undefined ? "own" : "given", ...flags] };
}

// A group of the same name that is there already becomes the primary one.
const addScript = `
name=$1 primary=$2; shift 2
if [ "$primary" = own ]; then
  if getent group "$name" >/dev/null; then set -- -g "$name" "$@"; else set -- -U "$@"; fi
fi
exec useradd "$@" -- "$name"
`;

function modified(desired: User, changed: ReadonlySet<string>): readonly Run[] {
  const { name, home } = desired;
  const flags = [...(home !== undefined && changed.has("home") ? ["-d", home] : []), ...flagsOf(desired, (property) => changed.has(property))];
  if (flags.length === 0) return [];
  const append = flags.includes("-G") ? ["-a"] : [];
  return [{ do: "run", title: `change user ${name}`, script: 'exec usermod "$@"', args: [...append, ...flags, "--", name] }];
}

function flagsOf({ uid, group, shell, comment, groups = [] }: User, wanted: (property: string) => boolean): readonly string[] {
  const flag = (property: string, letter: string, value: string | number | undefined): readonly string[] =>
    value !== undefined && wanted(property) ? [letter, String(value)] : [];
  const joined = groups.filter((name) => wanted(`group:${name}`)).join(",");
  return [
    ...flag("uid", "-u", uid),
    ...flag("group", "-g", group),
    ...flag("shell", "-s", shell),
    ...flag("comment", "-c", comment),
    ...(joined === "" ? [] : ["-G", joined]),
  ];
}

function passwordSet({ name, password = [] }: User): Run {
  return { do: "run", title: `set the password of ${name}`, script: "exec chpasswd -e", args: [], stdin: [`${name}:`, ...password, "\n"] };
}
