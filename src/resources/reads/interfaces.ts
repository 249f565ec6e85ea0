// A host's network as ifupdown2 is told of it, and as the kernel has it.
import type { Read } from "../../model/ports/shell.ts";
import { ProblemError } from "../../model/problem.ts";

export interface InterfacesQuery {
  readonly names: readonly string[];
}

/** What the kernel has of one interface; undefined members are not there. */
export interface LinkSeen {
  readonly mtu: string;
  readonly master?: string;
  /** `192.168.1.5/24`, of both families. */
  readonly addresses: readonly string[];
  /** Default routes through it. */
  readonly gateways: readonly string[];
  /** "0" or "1", of a bridge. */
  readonly vlanFiltering?: string;
  /** As sysfs has them, by the names of its files: mode, miimon, xmit_hash_policy, lacp_rate, primary. */
  readonly bond: Readonly<Record<string, string>>;
}

export interface InterfacesSeen {
  readonly ifreload: boolean;
  /** The file's text; undefined where it is not there. */
  readonly text?: string;
  /** Files that it takes in, by path. */
  readonly sourced: ReadonlyMap<string, string>;
  /** Proxmox's web interface has changes that were not applied. */
  readonly pending: boolean;
  /** All that the kernel has, by name. */
  readonly all: readonly string[];
  /** Those that were asked for and are there. */
  readonly links: ReadonlyMap<string, LinkSeen>;
}

/** Texts travel as base64: what stands in a file is nobody's answer. `source` and `source-directory` are followed once (interfaces(5)). */
export const interfacesRead: Read<InterfacesQuery, InterfacesSeen> = {
  name: "network interfaces",
  args: ({ names }) => [names.join(" ")],
  parse,
  script: `
LC_ALL=C PATH=$PATH:/usr/sbin:/sbin; export LC_ALL PATH
path=/etc/network/interfaces
text() { printf '%s %s ' "$1" "$2"; base64 <"$2" | tr -d '\\n'; echo; }
echo "tool $(command -v ifreload >/dev/null 2>&1 && echo yes || echo no)"
[ ! -e "$path.new" ] || echo pending
if [ -f "$path" ]; then
  text file "$path"
  sed -n 's/^[[:space:]]*source[[:space:]]\\{1,\\}//p; s|^[[:space:]]*source-directory[[:space:]]\\{1,\\}\\(.*\\)$|\\1/*|p' "$path" | while read -r pattern; do
    cd /etc/network && for one in $pattern; do if [ -f "$one" ]; then text sourced "$one"; fi; done
  done
fi
for at in /sys/class/net/*; do [ ! -e "$at/mtu" ] || echo "all \${at##*/}"; done
set -f
for name in $(printf '%s\\n' "$@" | tr ' ' '\\n' | sort -u); do
  at=/sys/class/net/$name
  [ -e "$at" ] || continue
  echo "link $name $(cat "$at/mtu")"
  [ ! -e "$at/master" ] || { master=$(readlink "$at/master"); echo "master $name \${master##*/}"; }
  [ ! -e "$at/bridge/vlan_filtering" ] || echo "vlans $name $(cat "$at/bridge/vlan_filtering")"
  for one in mode miimon xmit_hash_policy lacp_rate primary; do
    [ ! -e "$at/bonding/$one" ] || echo "bond $name $one $(cut -d' ' -f1 <"$at/bonding/$one")"
  done
  ip -o addr show dev "$name" 2>/dev/null | while read -r _ _ family address _; do case $family in inet*) echo "address $name $address" ;; esac; done
  for family in -4 -6; do
    ip -o $family route show default dev "$name" 2>/dev/null | while read -r _ via gateway _; do [ "$via" != via ] || echo "gateway $name $gateway"; done
  done
done
`,
};

const word = /^[\x21-\x7e]{0,4096}$/;

function parse(output: string, queries: readonly InterfacesQuery[]): readonly InterfacesSeen[] {
  const lines = output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(" "));
  const of = (sort: string): readonly (readonly string[])[] => lines.filter(([one]) => one === sort).map(([, ...rest]) => rest);
  const [[tool] = []] = of("tool");
  if (tool !== "yes" && tool !== "no") throw garbled();
  const [file] = of("file");
  const names = of("link").map(([name = ""]) => name);
  const seen: InterfacesSeen = {
    ifreload: tool === "yes",
    ...(file === undefined ? {} : { text: decoded(file[1]) }),
    sourced: new Map(of("sourced").map(([path = "", text]) => [path, decoded(text)])),
    pending: of("pending").length > 0,
    all: of("all").map(([name = ""]) => checked(name)),
    links: new Map(names.map((name) => [name, linkOf(name, of)])),
  };
  return queries.map(() => seen);
}

type Of = (sort: string) => readonly (readonly string[])[];

function linkOf(name: string, of: Of): LinkSeen {
  const own = (sort: string): readonly (readonly string[])[] => of(sort).flatMap(([one, ...rest]) => (one === name ? [rest] : []));
  const words = (sort: string): readonly string[] => own(sort).map(([value = ""]) => checked(value));
  const [mtu = ""] = words("link");
  const [[master], [vlanFiltering]] = [words("master"), words("vlans")];
  return {
    mtu,
    ...(master === undefined ? {} : { master }),
    addresses: words("address").toSorted(),
    gateways: words("gateway").toSorted(),
    ...(vlanFiltering === undefined ? {} : { vlanFiltering }),
    bond: Object.fromEntries(own("bond").map(([key = "", value = ""]) => [checked(key), checked(value)])),
  };
}

function checked(text: string): string {
  if (!word.test(text)) throw garbled();
  return text;
}

function decoded(text = ""): string {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw garbled();
  return Buffer.from(text, "base64").toString("utf8");
}

function garbled(): ProblemError {
  return new ProblemError({ code: "unknown", message: "looking at the network's interfaces: the host's answer has an unknown form" });
}
