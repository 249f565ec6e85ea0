// Constant scripts that join a channel's standard input and output to a service of the host.

/**
 * `$1` is a marker that is printed once nothing else reads standard input; the rest is the argv that relays. A shell may have read ahead:
 * whoever waits for the marker before writing loses nothing.
 */
export const relay = `marker=$1; shift
command -v "$1" >/dev/null 2>&1 || { echo "there is no $1 on this host" >&2; exit 127; }
printf '\\n%s\\n' "$marker"
exec "$@"`;

/** `$1` marker, `$2` a port of the loopback: bash's /dev/tcp, else nc. */
export const relayPort = `marker=$1 port=$2
if command -v bash >/dev/null 2>&1; then
  exec bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
printf "\\n%s\\n" "$0"
main=$$
{ cat <&3; kill "$main"; } 2>/dev/null &
cat >&3
wait' "$marker" "$port"
fi
command -v nc >/dev/null 2>&1 || { echo "sshd forwards nothing here, and there is neither bash nor nc to relay" >&2; exit 127; }
printf '\\n%s\\n' "$marker"
exec nc 127.0.0.1 "$port"`;
