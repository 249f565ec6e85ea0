// Long steps on the host: a folder each under run/jobs, started apart from the connection, watched by polling.
import { processFunctions } from "./fence.ts";
import { noCore, searchPath } from "./start.ts";

/** The beginning and the end of a job's own script; between them stands the step. Arguments: the job's folder, its busy marker. */
export const jobHead = `umask 077; cd /
hlx_dir=$1 hlx_busy=$2 hlx_seen=$1/seen
PATH=\${PATH:+$PATH:}${searchPath}; HOME=\${HOME:-/root}; export PATH HOME
${noCore}
read -r hlx_stat </proc/$$/stat
set -- \${hlx_stat##*) }
echo "$$ \${20}" >"$hlx_busy"
echo "$$ \${20} $3" >"$hlx_dir/pid.new" && mv "$hlx_dir/pid.new" "$hlx_dir/pid" || exit 1
if [ -e "$hlx_dir/stdin" ]; then exec <"$hlx_dir/stdin"; rm -f "$hlx_dir/stdin"; else exec </dev/null; fi
exec >"$hlx_dir/out" 2>&1
umask 022
`;
export const jobTail = `
echo $? >"$hlx_dir/rc.new" && mv "$hlx_dir/rc.new" "$hlx_dir/rc"
rm -f "$hlx_busy"
`;

/** Starts a job inside of a writing request, and waits until it says who it is. Arguments: id, the job's script, \`stdin\` or nothing. Standard input is the job's. */
export const startJob = `umask 077
jobs=$hlx_run/jobs
[ -d "$jobs" ] && [ ! -L "$jobs" ] && [ -O "$jobs" ] && chmod 700 "$jobs" || { echo "refused: $jobs is not ours"; exit 1; }
dir=$jobs/$1
mkdir "$dir" && printf %s "$2" >"$dir/job" || exit 1
if [ "$3" = stdin ]; then cat >"$dir/stdin" || exit 1; fi
busy=$hlx_lib/epoch/$hlx_epoch/busy.job.$1
if [ -d /run/systemd/system ] && systemd-run --quiet --collect --property=KillMode=process --unit="hlx-$1" /bin/sh "$dir/job" "$dir" "$busy" </dev/null 2>/dev/null; then :
else setsid /bin/sh "$dir/job" "$dir" "$busy" </dev/null >/dev/null 2>&1 & fi
n=0
while [ ! -f "$dir/pid" ]; do
n=$((n + 1))
[ "$n" -lt 200 ] || { echo "it did not start"; exit 1; }
sleep 0.05 2>/dev/null || sleep 1
done
`;

/** Arguments: the job's folder, the first byte wanted (from 1), and `noted` where the job is to know that it was looked at. Prints \`running\`, \`rc N\` or \`gone\`, a newline, then at most 256 KiB of output. */
export const pollJob = `${processFunctions}state=gone
hlx_ended() {
[ -f "$1/rc" ] && read -r hlx_rc <"$1/rc" && state="rc $hlx_rc"
}
if ! hlx_ended "$1" && [ -f "$1/pid" ]; then
read -r p s g <"$1/pid"
if hlx_alive "$p" "$s"; then state=running; else hlx_ended "$1"; fi
fi
if [ "$3" = noted ] && [ -d "$1" ]; then (umask 077; : >"$1/seen"); fi
echo "$state"
[ ! -f "$1/out" ] || tail -c "+$2" "$1/out" | head -c 262144
`;

/** Arguments: the job's folder, its id. Kills its process group, when it is still the same. */
export const killJob = `${processFunctions}read -r p s g <"$1/pid" || exit 0
if [ "$g" -gt 1 ] && hlx_alive "$p" "$s"; then kill -9 "-$g"; fi
if [ -d /run/systemd/system ]; then systemctl kill --kill-who=all --signal=KILL "hlx-$2.service"; fi 2>/dev/null
rm -f "$1/stdin"
`;

export const forgetJob = `rm -rf "$1"`;

/** Reboots a second later, so that the answer still gets through. */
export const reboot = `setsid /bin/sh -c 'sleep 1; systemctl reboot || reboot' </dev/null >/dev/null 2>&1 &`;
