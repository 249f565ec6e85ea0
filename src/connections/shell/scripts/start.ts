// The scripts that a session begins with.

/** Folders that a login may leave out of PATH. */
export const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A core file would hold what steps are given on standard input: none is written, where the shell can say so. */
export const noCore = `{ ulimit -S -c 0; } 2>/dev/null || :`;

/** Run by the session's shell itself, before anything else. `hlx_twin` (wanted) and `hlx_twin_file` are assigned before. */
export const settle = `cd /; umask 022; unset ENV BASH_ENV CDPATH; PATH=\${PATH:+$PATH:}${searchPath}; export PATH
${noCore}
hlx_ok=yes
if [ -n "$hlx_twin" ] && [ "$(cat "$hlx_twin_file" 2>/dev/null)" != "$hlx_twin" ]; then hlx_ok=no; fi
`;

/** The shell stops here when it is on the wrong host: whatever was sent behind is never run. */
export const orStop = `[ "$hlx_ok" = yes ] || exit 1
`;

/** Boot identity: boot id and start time of PID 1 (proc(5), field 22), so that a container's reboot counts too. Sets hlx_boot. */
export const bootIdentity = `hlx_boot=none; hlx_stat='1 (init) '
{ read -r hlx_boot </proc/sys/kernel/random/boot_id; read -r hlx_stat </proc/1/stat; } 2>/dev/null
set -- \${hlx_stat##*) }
hlx_boot=$hlx_boot.\${20}
`;

/** Prints: twin ok, uid, then pid, process group, start time of the shell, boot identity. No process is started but \`id\`. */
export const hello = `${bootIdentity}
read -r hlx_stat </proc/$$/stat
set -- \${hlx_stat##*) }
printf '%s %s %s %s %s %s' "$hlx_ok" "$(id -u)" "$$" "$3" "\${20}" "$hlx_boot"
`;

/** Kills a process group, when its leader or the given member is still the one that was meant: pid, start time, group. */
export const killGroup = `[ "$3" -gt 1 ] || exit 0
read -r hlx_stat <"/proc/$1/stat" || exit 0
hlx_pid=$1 hlx_start=$2 hlx_group=$3
set -- \${hlx_stat##*) }
[ "\${20}" = "$hlx_start" ] && [ "$3" = "$hlx_group" ] && kill -9 "-$hlx_group"
`;
