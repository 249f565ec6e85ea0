// Addons: enabled once, and anew when their arguments change, because enabling what is enabled ignores them.
import { command, type InventoryView, type Resource } from "hlx";
import type { Microk8sParams } from "./params.ts";

/** Throws Error for a range that no network has. */
export function addons({ addons: wanted }: Microk8sParams, inventory: InventoryView): readonly Resource[] {
  return wanted.map((one) => {
    const [name = "", args] = typeof one === "string" ? [one] : (Object.entries(one)[0] ?? []);
    return addon(name, wordsOf(name, args, inventory));
  });
}

function addon(name: string, words: readonly string[]): Resource {
  const withArguments = words.length > 1 || words[0] !== name;
  return command({
    name: `addon ${name}`,
    script: enable,
    unless: isEnabled,
    args: [name, ...words],
    deadlineMs: 1_200_000,
    ...(withArguments ? { risk: "restart" as const } : {}),
  });
}

// "metallb:10.0.0.1-10.0.0.9" is one word; flags are words of their own.
function wordsOf(name: string, args: string | readonly string[] | undefined, inventory: InventoryView): readonly string[] {
  if (args === undefined) return [name];
  return typeof args === "string" ? [`${name}:${rangeOf(args, inventory)}`] : [name, ...args];
}

function rangeOf(text: string, { networks }: InventoryView): string {
  const [, network = "", name = ""] = /^([A-Za-z][\w-]*)\.([A-Za-z][\w-]*)$/.exec(text) ?? [];
  const known = networks.get(network);
  if (known === undefined) return text;
  const range = known.ranges[name];
  if (range === undefined) throw new Error(`the network "${network}" has no range "${name}": ${Object.keys(known.ranges).join(", ") || "it has none"}`);
  return `${range.from}-${range.to}`;
}

// `microk8s status` as lines: descriptions make it no YAML. Its exit status says nothing.
const state = `
note=/var/snap/microk8s/common/hlx-addons/$(printf '%s' "$1" | tr / _)
enabled() {
  /snap/bin/microk8s status --format yaml 2>/dev/null |
    awk -v name="\${1##*/}" '$1 == "-" { is = ($2 == "name:" && $3 == name) } is && $1 == "status:" { print $2; exit }' | grep -qx enabled
}
`;

const isEnabled = `${state}enabled "$1" || exit 1
name=$1; shift
[ "$*" = "$name" ] || [ "$(cat "$note" 2>/dev/null)" = "$*" ]`;

// What cannot be found is told with exit status 0; so what counts is whether it is enabled in the end.
const enable = `${state}name=$1; shift
/snap/bin/microk8s status --wait-ready --timeout 300 >/dev/null
if enabled "$name"; then /snap/bin/microk8s disable "$name" </dev/null || exit; fi
said=$(/snap/bin/microk8s enable "$@" </dev/null 2>&1); status=$?
printf '%s\\n' "$said"
case $said in *"not found"*) exit 1 ;; esac
[ $status -eq 0 ] || exit $status
left=120
until enabled "$name"; do
  left=$((left - 1)); [ $left -gt 0 ] || { echo "$name was enabled, but MicroK8s does not see it"; exit 1; }
  sleep 1
done
mkdir -p "\${note%/*}" && printf '%s\\n' "$*" >"$note"`;
