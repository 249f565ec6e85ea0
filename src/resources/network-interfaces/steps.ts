// How the network changes: all at once, and back again unless hlx gets in anew.
import { sha256 } from "../../lib/hash.ts";
import type { Change, Known } from "../../model/kind.ts";
import type { Step } from "../../model/step.ts";
import type { NetworkInterfaces } from "./desired.ts";
import { edited } from "./file.ts";
import { type NetworkInterfacesActual, path } from "./probe.ts";

/** Beside the patience: two loads, of which each may wait for a switch to agree to a bond. */
const loadsMs = 300_000;

export function steps(
  { interfaces, patience }: NetworkInterfaces,
  { evidence }: Known<NetworkInterfacesActual>,
  { changes }: { readonly changes: readonly Change[] },
): readonly Step[] {
  if (changes.length === 0) return [];
  const text = typeof evidence?.["text"] === "string" ? evidence["text"] : "";
  return [
    {
      do: "detached",
      title: `load ${path}, and go back to the old one unless a new login gets through within ${patience} s`,
      script: loadScript,
      args: [path, sha256(text), String(patience)],
      stdin: [edited(text, interfaces)],
      deadlineMs: patience * 1000 + loadsMs,
      mayCutOff: true,
    },
  ];
}

/**
 * $1 is the file, $2 the hash of what was planned for, $3 the patience in seconds; the new text comes on standard input. The time is the kernel's, which no
 * clock that is set moves. The syntax check fails for warnings, too (`bridge-ports none`, which Proxmox itself writes): only errors count. ifupdown2 ends with
 * 89 while another one of it runs (the boot's, Proxmox's), and where the folder of its lock was not made yet. `ifreload` also fails for interfaces that nobody
 * changed: what cannot be loaded as a whole is not kept.
 */
const loadScript = `
LC_ALL=C PATH=$PATH:/usr/sbin:/sbin; export LC_ALL PATH
path=$1 sum=$2 patience=$3 old=\${hlx_seen%/*}/old
trap 'rm -f "$path.hlx"' EXIT
same() { [ "$(sha256sum <"$path" | cut -d' ' -f1)" = "$sum" ]; }
uptime() { read -r up rest </proc/uptime; echo "\${up%%.*}"; }
put() { chown root:root "$path.hlx" && chmod 0644 "$path.hlx" && { sync "$path.hlx" || :; } && mv -f "$path.hlx" "$path"; }
load() {
  mkdir -p /run/network; left=60
  while ifreload -a; status=$?; [ "$status" = 89 ] && [ "$left" -gt 0 ]; do left=$((left - 1)); sleep 1; done
  return "$status"
}
seen() {
  rm -f "$hlx_seen"
  until [ -e "$hlx_seen" ]; do [ "$(uptime)" -lt "$end" ] || return 1; sleep 0.2 2>/dev/null || sleep 1; done
}
back() {
  echo "$1: the old $path comes back"
  cp "$old" "$path.hlx" && put || { echo "$path could not be put back"; exit 1; }
  load || systemctl restart networking || echo "and could not be loaded"
  exit 1
}
cat >"$path.hlx" || exit
same || { echo "$path is not what was planned for: somebody changed it since"; exit 1; }
said=$(ifup --syntax-check -a -i "$path.hlx" 2>&1) || case $said in
  *error:*) printf '%s\\n' "$said"; echo "ifupdown2 does not understand the new $path: it was not put in place"; exit 1 ;;
esac
cp "$path" "$old" && put || exit
load || back "it could not be loaded"
end=$(($(uptime) + patience))
seen && seen || back "nobody got in anew within $patience s"
`;
