// Who may change this host: epochs as folders, of which the highest counts; making the next one is the compare-and-swap.
import { fenceFunction, processFunctions, sweepFunction } from "./fence.ts";
import { bootIdentity } from "./start.ts";

/** A holder whose heartbeat is older by the host's own clock, in seconds, is frozen. */
export const frozenAfter = 60;

const functions = `${processFunctions}hlx_highest() {
last=0
for d in "$lib"/epoch/*; do
n=\${d##*/}
case $n in ''|*[!0-9]*) continue ;; esac
[ "$n" -gt "$last" ] && last=$n
done
return 0
}
hlx_busy() {
for b in "$lib"/epoch/*/busy.*; do
[ -f "$b" ] || continue
p= s=
read -r p s <"$b"
hlx_alive "$p" "$s" && return 0
done
return 1
}
hlx_held() {
if [ -f "$1/shell" ]; then
read -r p s boot <"$1/shell"
[ "$boot" = "$hlx_boot" ] || return 1
hlx_alive "$p" "$s" || return 1
hlx_orphan "$p" && return 1
hlx_busy && return 0
fi
hlx_beat=$1/beat
[ -e "$hlx_beat" ] || hlx_beat=$1
age=$(($(date +%s) - $(stat -c %Y "$hlx_beat")))
[ "$age" -le ${frozenAfter} ] && [ "$age" -ge -${frozenAfter} ]
}
hlx_orphan() {
read -r hlx_stat <"/proc/$1/stat" || return 1
set -- \${hlx_stat##*) }
[ "$2" = 1 ]
} 2>/dev/null
hlx_own() {
mkdir -p "$1" || exit 1
[ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ] && chmod 700 "$1" || { echo foreign; exit; }
}
hlx_me() {
read -r hlx_stat </proc/$$/stat
set -- \${hlx_stat##*) }
echo "$$ \${20} $hlx_boot"
}
`;

/**
 * Arguments: lib, run, holder as one line, plan id or nothing, run id.
 * Prints on its first line \`held N\`, \`locked\`, \`ending\` (the holder is gone, what it began still runs), \`stale\`, \`busy\` or \`foreign\`;
 * on the second the other holder's line, if there is one. Whoever gets the lock removes what a dead one left behind.
 */
export const acquire = `lib=$1 run=$2 holder=$3 plan=$4 run_id=$5
umask 077
${bootIdentity}
${functions}${sweepFunction}
hlx_own "$lib"
hlx_own "$run"
mkdir -p "$lib/epoch" "$lib/undo" "$lib/plans" "$run/jobs" || exit 1
tries=0
while :; do
hlx_highest
old=$lib/epoch/$last took=
if [ "$last" -gt 0 ] && [ ! -e "$old/released" ]; then
if hlx_held "$old"; then
[ -s "$old/holder" ] || sleep 0.2 2>/dev/null || sleep 1
echo locked
cat "$old/holder"
exit
fi
took=$old/holder
fi
if hlx_busy; then echo ending; cat "$old/holder"; exit; fi
mine=$((last + 1))
if mkdir "$lib/epoch/$mine" 2>/dev/null; then
hlx_highest
[ "$last" = "$mine" ] && break
rmdir "$lib/epoch/$mine"
elif [ ! -d "$lib/epoch/$mine" ]; then mkdir "$lib/epoch/$mine" || exit 1; rmdir "$lib/epoch/$mine"
fi
tries=$((tries + 1))
[ "$tries" -lt 50 ] || { echo locked; exit; }
done
new=$lib/epoch/$mine
hlx_me >"$new/shell.new" && mv "$new/shell.new" "$new/shell" && printf '%s\\n' "$holder" >"$new/holder" && : >"$new/beat" || { : >"$new/released"; exit 1; }
same=
for d in "$lib"/epoch/*/holder; do [ "$d" != "$new/holder" ] && cmp -s "$d" "$new/holder" && same=yes; done
if [ -z "$same" ] && [ -d "$lib/undo/$run_id" ]; then mv "$lib/undo/$run_id" "$lib/undo/$run_id.$mine"; fi
tries=0
while hlx_busy; do
tries=$((tries + 1))
if [ "$tries" -gt 10 ]; then : >"$new/released"; echo busy; cat "$old/holder"; exit; fi
sleep 1
done
if [ -n "$plan" ] && ! mkdir "$lib/plans/$plan" 2>/dev/null; then : >"$new/released"; echo stale; exit; fi
for d in "$lib"/epoch/*/stages.*; do hlx_sweep "$d"; done
for d in "$lib"/epoch/*; do
n=\${d##*/}
case $n in ''|*[!0-9]*) continue ;; esac
[ "$n" -gt $((mine - 3)) ] || rm -rf "$d"
done
ls -1t "$lib/undo" | tail -n +11 | while read -r d; do [ "$d" = "$run_id" ] || rm -rf "$lib/undo/$d"; done
for d in "$run"/jobs/*; do
[ -d "$d" ] || continue
p= s=
[ ! -f "$d/pid" ] || read -r p s hlx_group <"$d/pid"
hlx_alive "$p" "$s" || rm -rf "$d"
done
for d in "$run"/out.* "$lib"/epoch/*/busy.*; do [ ! -f "$d" ] || rm -f "$d"; done
echo "held $mine"
[ -z "$took" ] || cat "$took" 2>/dev/null
`;

/** A new shell of the same holder: \`hlx_lib\`, \`hlx_run\`, \`hlx_epoch\` are assigned before. */
export const adopt = `umask 077
${bootIdentity}
${functions}${fenceFunction}hlx_fenced && exit 1
mkdir -p "$hlx_run/jobs" && hlx_me >"$hlx_lib/epoch/$hlx_epoch/shell.new" && mv "$hlx_lib/epoch/$hlx_epoch/shell.new" "$hlx_lib/epoch/$hlx_epoch/shell"
: >"$hlx_lib/epoch/$hlx_epoch/beat"
`;

export const giveBack = `${fenceFunction}hlx_fenced || : >"$hlx_lib/epoch/$hlx_epoch/released"`;

/**
 * Arguments: lib, and the holder's line as it was shown, or nothing to only look. Prints on its first line \`free\`, \`held\` (on the second the holder's line) or
 * \`unlocked\`; on a third \`busy\` when something of it still runs. A newer epoch that is released at once: the holder is fenced off should it thaw, and
 * whoever locks next waits for what still runs.
 */
export const breakLock = `lib=$1 want=$2
umask 077
${bootIdentity}
${functions}
hlx_highest
old=$lib/epoch/$last
if [ "$last" -eq 0 ] || [ -e "$old/released" ]; then echo free; exit; fi
line=$(head -n 1 "$old/holder" 2>/dev/null)
if [ -z "$want" ] || [ "$line" != "$want" ]; then
printf 'held\\n%s\\n' "$line"
else
new=$lib/epoch/$((last + 1))
mkdir "$new" && printf '%s\\n' "$line" >"$new/holder" && : >"$new/released" || exit 1
printf 'unlocked\\n%s\\n' "$line"
fi
hlx_busy && echo busy
exit 0
`;
