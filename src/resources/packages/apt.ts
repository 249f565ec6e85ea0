// The one script that talks to apt.

/**
 * Arguments: "install" or "remove", "yes" or "no" for recommended packages, names. Never prompts, keeps changed configuration files, waits
 * 300 s for the package lock (apt-get(8), DPkg::Lock::Timeout; it says itself who holds it), never accepts what is not signed.
 * Lists are fetched when there are none, when the last fetch is older than a day, when a name has no candidate, and once more when
 * what they name is gone from the mirror. The lock of the lists has no timeout in apt: three tries.
 */
export const aptScript = `
verb=$1 recommends=$2; shift 2
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a APT_LISTCHANGES_FRONTEND=none LC_ALL=C
apt() {
  apt-get -y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}
if [ "$verb" = remove ]; then apt remove -- "$@"; exit; fi
updated=
update() {
  updated=yes
  for pause in 5 15 0; do
    apt update && return
    sleep "$pause"
  done
  return 1
}
fresh() {
  [ -n "$(find /var/lib/apt/lists -maxdepth 1 -name '*Release' 2>/dev/null)" ] || return 1
  [ -n "$(find /var/lib/apt/periodic/update-success-stamp /var/lib/apt/lists /var/lib/apt/lists/partial -maxdepth 0 -mmin -1440 2>/dev/null)" ]
}
known() { [ "$(apt-cache policy -- "$@" | grep -c '^  Candidate: [^(]')" -eq $# ]; }
install() {
  if [ "$recommends" = yes ]; then apt install -- "$@"; else apt install --no-install-recommends -- "$@"; fi
}
if ! fresh || ! known "$@"; then update || exit; fi
install "$@" && exit
status=$?
[ -z "$updated" ] && [ -z "$(dpkg --audit)" ] || exit $status
update && install "$@"
`;
