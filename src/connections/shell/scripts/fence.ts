// Shell functions that tell whether a process is still the same, and whether this run may still write.

/** hlx_self: sets hlx_pid and hlx_start of the calling subshell. hlx_alive PID START: true while that very process lives. */
export const processFunctions = `hlx_self() {
read -r hlx_stat </proc/self/stat
hlx_pid=\${hlx_stat%% *}
set -- \${hlx_stat##*) }
hlx_start=\${20}
}
hlx_alive() {
case $1 in ''|*[!0-9]*) return 1 ;; esac
[ -r "/proc/$1/stat" ] || return 1
{ read -r hlx_stat <"/proc/$1/stat" || return 1; } 2>/dev/null
set -- "$2" \${hlx_stat##*) }
[ "$2" != Z ] && [ "\${21}" = "$1" ]
}
`;

/** hlx_fenced: true when another run took over: a higher epoch exists, or this one is so old that it was pruned. */
export const fenceFunction = `hlx_fenced() {
[ -d "$hlx_lib/epoch/$hlx_epoch" ] || return 0
[ -e "$hlx_lib/epoch/$((hlx_epoch + 1))" ]
}
`;

/**
 * hlx_sweep LIST: removes the staging folders that a writing request noted there (a folder and a name, a line each) and did not remove itself,
 * then the list. A folder that is reached through a link is left: somebody may have put the link there.
 */
export const sweepFunction = `hlx_sweep() {
[ -f "$1" ] || return 0
while IFS= read -r hlx_dir && IFS= read -r hlx_name; do
case $hlx_name in *[!.0-9a-hlx-]*) continue ;; .hlx-????????????????) ;; *) continue ;; esac
(cd -P -- "$hlx_dir" && [ "$PWD" = "$hlx_dir" ] && [ -d "./$hlx_name" ] && [ ! -L "./$hlx_name" ] && [ -O "./$hlx_name" ] && rm -rf "./$hlx_name") </dev/null >/dev/null 2>&1
done <"$1"
rm -f "$1"
}
`;

/**
 * hlx_begin and hlx_end around everything that writes. The busy marker is set before the fence is looked at, and who takes over makes
 * the new epoch before looking at busy markers: at least one of the two sees the other. When nobody listens any more (SIGPIPE at the report)
 * nothing new is begun, and nothing left behind.
 */
export const writingFunctions = `${processFunctions}${fenceFunction}${sweepFunction}hlx_begin() {
hlx_self
hlx_busy=$hlx_lib/epoch/$hlx_epoch/busy.$hlx_pid
hlx_undo=$hlx_lib/undo/$hlx_run_id
hlx_out=$hlx_run/out.$hlx_pid
hlx_stages=$hlx_lib/epoch/$hlx_epoch/stages.$hlx_pid
if hlx_fenced; then return 1; fi
trap 'hlx_sweep "$hlx_stages"; hlx_end; exit 1' PIPE HUP INT TERM
[ -d "$hlx_run/jobs" ] || (umask 077; mkdir -p "$hlx_run/jobs") || return 1
echo "$hlx_pid $hlx_start" >"$hlx_busy" || return 1
: >"$hlx_lib/epoch/$hlx_epoch/beat"
hlx_fenced || return 0
rm -f "$hlx_busy"
return 1
}
hlx_end() {
rm -f "$hlx_busy" "$hlx_out" "$hlx_stages"
}
hlx_report() {
[ ! -s "$hlx_out" ] || tail -c 65536 <"$hlx_out"
printf '\\n%s %s %s\\n' "$hlx_mark" "$1" "$2"
return "$2"
}
`;

/** The heartbeat of a holder that does nothing right now. */
export const beat = `${fenceFunction}hlx_fenced || : >"$hlx_lib/epoch/$hlx_epoch/beat"`;
