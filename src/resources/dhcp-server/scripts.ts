// The scripts that start, reload and stop DHCP servers: port 67 is the witness, never what systemd calls active.
import { hashesFunction } from "../service/loaded.ts";

/**
 * hlx_pids PROCESS: who of that name listens on port 67. hlx_off UNIT PROCESS: stopped, not started at boot, and no process of it left:
 * a System V script that failed half-way leaves its server running under a unit that is not.
 */
const common = `
LC_ALL=C; export LC_ALL
hlx_pids() {
  ss -Hlunp 'sport = :67' | tr '(' '\\n' | sed -n "s/^\\"$1\\",pid=\\([0-9]*\\),.*/\\1/p" | sort -u
}
hlx_off() {
  [ "$(systemctl show -p LoadState --value -- "$1")" = loaded ] || return 0
  if systemctl is-enabled --quiet -- "$1" 2>/dev/null; then systemctl --no-ask-password disable -- "$1" || return; fi
  systemctl --no-ask-password stop -- "$1" || return
  for hlx_pid in $(hlx_pids "$2"); do kill "$hlx_pid"; done
  hlx_n=0
  while [ -n "$(hlx_pids "$2")" ]; do
    hlx_n=$((hlx_n + 1))
    [ "$hlx_n" -lt 100 ] || { echo "$2 still listens on port 67"; return 1; }
    sleep 0.1 2>/dev/null || sleep 1
  done
}
`;

/** $1 is the process. */
export const answersScript = `${common}
[ -n "$(hlx_pids "$1")" ] || { echo "$1 does not listen on port 67"; exit 1; }
`;

/** $1 is the unit, $2 its process. */
export const stopScript = `${common}
hlx_off "$1" "$2"
`;

/** $1 is the unit. */
export const enableScript = `
systemctl is-enabled --quiet -- "$1" 2>/dev/null || systemctl --no-ask-password enable -- "$1"
`;

/** $1 is the unit, $2 whether it was enabled; $3 the other one, $4 whether that was on. */
export const backScript = `
systemctl --no-ask-password stop -- "$1"
[ "$2" = enabled ] || systemctl --no-ask-password disable -- "$1"
[ "$4" = off ] || systemctl --no-ask-password enable --now -- "$3"
`;

/**
 * $1 \`always\` or \`if-needed\`, $2 \`reload\` or \`restart\`, $3 and $4 the unit and its process, $5 and $6 those of the other server, $7 the stamp's
 * name, then a key and a path for each file. Kea has no reload in systemd, takes SIGHUP, and opens its sockets anew: other inodes say that it
 * loaded, none that it could not, the same that it could not even read. Hashes come first: what changes meanwhile is stale. Without a stamp nobody takes half of this for done.
 */
export const loadScript = `${common}${hashesFunction}
when=$1 how=$2 unit=$3 process=$4 rival=$5 rival_process=$6 name=$7; shift 7
umask 077
show() { systemctl show -p "$1" --value -- "$unit"; }
sockets() { ss -Hlunpe 'sport = :67' | grep -F "\\"$process\\"" | tr ' ' '\\n' | sed -n 's/^ino://p' | sort; }
fail() { echo "$1"; journalctl --no-pager -q -o cat -n 20 -u "$unit" 2>/dev/null | grep -v '^INFO '; exit 1; }
stamp=/run/hlx/loaded/$name
mkdir -p /run/hlx/loaded || exit
new=$(mktemp /run/hlx/loaded/.new.XXXXXX) || exit
trap 'rm -f "$new"' EXIT
hlx_hashes "$@" > "$new" || exit
said() { cat "$new"; printf 'invocation %s\\n' "$(show InvocationID)"; }
if [ "$when" = if-needed ] && [ -f "$stamp" ] && [ -n "$(sockets)" ] && [ "$(said)" = "$(cat "$stamp")" ]; then exit 0; fi
rm -f -- "$stamp"
hlx_off "$rival" "$rival_process" || exit
before=$(sockets)
if [ "$how" = reload ] && [ "$(show ActiveState)" = active ]; then
  kill -HUP "$(show MainPID)" || fail "$unit takes no signal"
else
  systemctl reset-failed -- "$unit" 2>/dev/null
  systemctl --no-ask-password restart -- "$unit" || fail "$unit did not start"
  before=
fi
n=0
while now=$(sockets); [ -z "$now" ] || [ "$now" = "$before" ]; do
  n=$((n + 1))
  [ "$n" -lt 100 ] || fail "$process did not load its files, or does not listen on port 67"
  [ "$(show ActiveState)" = active ] || fail "$unit ended"
  sleep 0.1 2>/dev/null || sleep 1
done
said > "$new.done" && mv -f -- "$new.done" "$stamp"
`;
