// The constant scripts by which a host asks its own services. POSIX sh and coreutils are enough for tcp; http needs one of curl, wget and bash.

/**
 * Arguments: url, scheme, host, port, path, Host header, seconds, "yes" or "no" for believing any certificate. Prints the answer with its head, at most 64 KiB;
 * proxies and redirects are not followed. Status 127: there is nothing to ask with. curl(1), wget(1), and bash's /dev/tcp (bash(1), REDIRECTION).
 */
export const httpScript = `
url=$1 scheme=$2 host=$3 port=$4 path=$5 name=$6 most=$7 any=$8
LC_ALL=C; export LC_ALL
set --
if command -v curl >/dev/null 2>&1; then
  [ "$any" = no ] || set -- -k
  curl -q -sS -i -g --noproxy '*' --max-time "$most" "$@" --url "$url" 2>&1 | head -c 65536
elif command -v wget >/dev/null 2>&1; then
  [ "$any" = no ] || set -- --no-check-certificate
  if wget --version 2>/dev/null | grep -q 'GNU Wget'; then set -- "$@" --no-config -t 1 --max-redirect=0 --no-proxy --content-on-error; else set -- "$@" -Y off; fi
  wget -S -O - -T "$most" "$@" -- "$url" 2>&1 | head -c 65536
elif [ "$scheme" = http: ] && command -v bash >/dev/null 2>&1; then
  timeout "$most" bash -c 'exec 3<>"/dev/tcp/$1/$2" && printf "GET %s HTTP/1.0\\r\\nHost: %s\\r\\nUser-Agent: hlx\\r\\nConnection: close\\r\\n\\r\\n" "$3" "$4" >&3 && head -c 65536 <&3' hlx "$host" "$port" "$path" "$name" 2>&1
else
  exit 127
fi
`;

/** Argument: a port. Status 0 when something listens on it, by proc(5) /proc/net/tcp (state 0A), or a connection to the loopback opens. */
export const tcpScript = `
port=$1
hex=$(printf '%04X' "$port")
cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | {
  while read -r number local remote state rest; do
    [ "$state" != 0A ] || [ "\${local##*:}" != "$hex" ] || exit 0
  done
  exit 1
} && exit 0
command -v bash >/dev/null 2>&1 && timeout 5 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1"' hlx "$port" 2>/dev/null
`;

/** Argument: a unit. Status 0 when it is active; prints what it is. */
export const unitScript = 'exec systemctl is-active -- "$1"';

/**
 * Argument: a container's name, STACK/SERVICE or STACK/* (Compose's labels). Status 0 when all of them run, and none with a health check is anything but healthy; one of a
 * stack may also have ended with status 0. Prints what is wrong.
 */
export const containerScript = `
label=com.docker.compose
case $1 in
  */\\*) found=$(docker ps -aq --filter "label=$label.project=\${1%%/*}" --filter "label=$label.oneoff=False" 2>&1) || { echo "$found"; exit 1; } ;;
  */*) found=$(docker ps -aq --filter "label=$label.project=\${1%%/*}" --filter "label=$label.service=\${1#*/}" --filter "label=$label.oneoff=False" 2>&1) || { echo "$found"; exit 1; } ;;
  *) found=$1 ;;
esac
[ -n "$found" ] || { echo "there is no such container"; exit 1; }
for id in $found; do
  seen=$(docker inspect -f '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}-{{end}} {{.State.ExitCode}} {{.Name}}' "$id" 2>&1) || { echo "there is no such container"; exit 1; }
  case $1/$seen in
    *"/running healthy "*|*"/running - "*) ;;
    */*"/exited "*" 0 "*) ;;
    *) set -- "$1" $seen; [ "$3" = - ] || [ "$2" != running ] || { echo "\${5#/}: it is $3"; exit 1; }; echo "\${5#/}: it is $2, status $4"; exit 1 ;;
  esac
done
`;

/** The command is the arguments. */
export const execScript = 'exec "$@"';
