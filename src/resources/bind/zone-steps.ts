// How a zone becomes what it should be: checked beside the old file, put in its place, reloaded, and seen with its new serial; else the old one comes back.
import type { Change, Known } from "../../model/kind.ts";
import type { Run, Step } from "../../model/step.ts";
import type { BindZone } from "./zone-desired.ts";
import { zoneId } from "./zone-desired.ts";
import type { BindZoneActual } from "./zone-probe.ts";

export function steps(
  desired: BindZone,
  _found: Known<BindZoneActual>,
  { changes, now }: { readonly changes: readonly Change[]; readonly now: Date },
): readonly Step[] {
  if (changes.length === 0) return [];
  const { zone, view = "", file, signed } = desired;
  if (desired.absent === true) return [{ do: "run", title: `remove ${file}`, script: removeScript, args: [file] }];
  const where = [zone, view, file];
  const install: Run = {
    do: "run",
    title: `write ${file} with the next serial`,
    script: installScript,
    args: [...where, leastSerial(desired.serial, now), signed === true ? "signed" : ""],
    stdin: [zoneText(desired)],
  };
  const reload: Run = { do: "run", title: `reload the zone ${zoneId(desired)}`, script: reloadScript, args: where };
  const verify = { title: `the zone ${zoneId(desired)} is served with its new serial`, script: servedScript, args: where };
  return [{ do: "guarded", steps: [install, reload], verify, otherwise: [reload], putBack: [file] }];
}

/** The smallest serial that the policy wants on that day; none for "increment". */
function leastSerial(policy: BindZone["serial"], now: Date): string {
  if (policy === "date") return `${now.toISOString().slice(0, 10).replaceAll("-", "")}00`;
  return policy === "epoch" ? String(Math.floor(now.getTime() / 1000)) : "";
}

/** The zone as text. The third line, and only it, takes the serial when it is installed. */
export function zoneText({ zone, ttl, soa, records }: BindZone): string {
  const { mname, rname, refresh, retry, expire, minimum } = soa;
  const lines = Object.entries(records).flatMap(([key, set]) => set.data.map((data) => lineOf(key, set.ttl, data)));
  return [
    `; The zone ${zone}: kept by hlx. What is changed here by hand is overwritten.`,
    `$ORIGIN ${zone}.`,
    `@ ${ttl} IN SOA ${mname} ${rname} @serial@ ${refresh} ${retry} ${expire} ${minimum}`,
    ...lines,
    "",
  ].join("\n");
}

function lineOf(key: string, ttl: number, data: string): string {
  const [name = "", type = ""] = key.split(" ");
  return `${name} ${ttl} IN ${type} ${data}`;
}

// Serials are compared as RFC 1982 has it: the next one is later than what is served and than what is in the file.
// What named-checkzone only warns of and what would be left out or not be found is refused, too.
const installScript = `
LC_ALL=C; export LC_ALL
umask 022
zone=$1 view=$2 file=$3 least=$4 signed=$5
later() {
  ahead=$((($1 - $2) & 4294967295))
  [ "$ahead" -gt 0 ] && [ "$ahead" -lt 2147483648 ]
}
last=
for one in $(rndc zonestatus "$zone" \${view:+IN "$view"} 2>/dev/null | sed -n 's/^serial: //p') \\
  $([ ! -f "$file" ] || named-compilezone -q -i none -k ignore -n ignore -o - "$zone" "$file" 2>/dev/null | awk '$4 == "SOA" { print $7; exit }'); do
  case $one in '' | *[!0-9]*) continue ;; esac
  if [ -z "$last" ] || later "$one" "$last"; then last=$one; fi
done
if [ -z "$last" ]; then
  serial=\${least:-1}
else
  serial=$(((last + 1) & 4294967295))
  [ "$serial" != 0 ] || serial=1
  if [ -n "$least" ] && later "$least" "$serial"; then serial=$least; fi
fi
mkdir -p /var/lib/bind/hlx || exit
new=$(mktemp /var/lib/bind/hlx/.new.XXXXXX) || exit
trap 'rm -f "$new"' EXIT
sed "3s/@serial@/$serial/" > "$new" && chown root:bind "$new" && chmod 0644 "$new" || exit
if ! said=$(named-checkzone -i local -k fail -m fail -M fail -n fail -S fail "$zone" "$new" 2>&1); then
  printf '%s\\n' "$said" | grep -v '^zone .* loaded serial'
  exit 1
fi
case $said in
  *'out-of-zone'* | *'bad owner name'* | *'illegal'*)
    printf '%s\\n' "$said"
    exit 1
    ;;
esac
[ "$signed" = signed ] || rm -f "$file.jnl"
sync "$new" 2>/dev/null
mv -f -T "$new" "$file" || exit
echo "serial $serial"
`;

// What is not served, or from another file, is loaded later: with the configuration that names this file.
const reloadScript = `
LC_ALL=C; export LC_ALL
zone=$1 view=$2 file=$3
status=$(rndc zonestatus "$zone" \${view:+IN "$view"} 2>&1)
if printf '%s\\n' "$status" | grep -qxF "files: $file"; then
  rndc reload "$zone" \${view:+IN "$view"} 2>&1
else
  case $status in *'zone not loaded'*) rndc reload "$zone" \${view:+IN "$view"} 2>&1 || true ;; esac
fi
`;

// rndc says yes to broken files, too: only the serial tells.
const servedScript = `
LC_ALL=C; export LC_ALL
zone=$1 view=$2 file=$3
wanted=$(sed -n 3p "$file" | cut -d' ' -f7)
tries=0
while [ "$tries" -lt 50 ]; do
  status=$(rndc zonestatus "$zone" \${view:+IN "$view"} 2>&1)
  case $status in *'zone not loaded'*) ;; *) printf '%s\\n' "$status" | grep -qxF "files: $file" || exit 0 ;; esac
  if printf '%s\\n' "$status" | grep -qxF "serial: $wanted"; then exit 0; fi
  tries=$((tries + 1))
  sleep 0.2 2>/dev/null || { sleep 1; tries=$((tries + 4)); }
done
case $status in *'zone not loaded'*) exit 0 ;; esac
echo "after 10 s the zone is still served with $(printf '%s\\n' "$status" | sed -n 's/^serial: /serial /p'), not $wanted"
journalctl -u named --since -30s -q --no-pager -o cat 2>/dev/null | grep -F "zone $zone/" | tail -n 5
exit 1
`;

const removeScript = 'rm -f -- "$1" "$1.jnl" "$1.jbk" "$1.signed" "$1.signed.jnl"';
