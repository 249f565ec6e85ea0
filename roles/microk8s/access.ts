// Who reaches the cluster: accounts, kubeconfigs, names in certificates, mirrors of registries.
import { command, directory, file, packages, parseIp, type Resource } from "hlx";
import type { Cluster } from "./cluster.ts";
import type { Microk8sParams } from "./params.ts";

export function users({ users: names }: Microk8sParams): readonly Resource[] {
  const unless = 'id -nG -- "$1" | tr " " "\\n" | grep -qx microk8s';
  return names.map((user) => command({ name: `${user} may use MicroK8s`, script: 'usermod -aG microk8s -- "$1"', unless, args: [user] }));
}

/** containerd reads them at the next pull. */
export function mirrors({ mirrors: wanted }: Microk8sParams): readonly Resource[] {
  const root = "/var/snap/microk8s/current/args/certs.d";
  return Object.entries(wanted).flatMap(([registry, url]) => {
    const content = `server = "https://${registry}"\n\n[host."${url}"]\ncapabilities = ["pull", "resolve"]\n`;
    return [directory({ path: `${root}/${registry}` }), file({ path: `${root}/${registry}/hosts.toml`, content })];
  });
}

/** The certificate of a control plane that is there already; a new one has the names from its launch configuration. */
export function certificate({ names, first }: Cluster): readonly Resource[] {
  if (names.length === 0) return [];
  const words = names.map((name) => `${parseIp(name) === undefined ? "DNS" : "IP Address"}:${name}`);
  const renew = command({
    name: "names in the API's certificate",
    script: renewScript,
    unless: hasNames,
    args: words,
    deadlineMs: 900_000,
    risk: "restart",
    exclusive: `microk8s ${first.host}`,
  });
  return [packages(["openssl"]), renew];
}

const lines = `
certs=/var/snap/microk8s/current/certs
missing() {
  has=$(openssl x509 -in $certs/server.crt -noout -ext subjectAltName 2>/dev/null | tr ',' '\\n' | sed 's/^ *//')
  for name in "$@"; do printf '%s\\n' "$has" | grep -qxF -- "$name" || printf '%s\\n' "$name"; done
}
`;

const hasNames = `${lines}[ -z "$(missing "$@")" ]`;

// A node that was installed meanwhile has the names already: nothing is restarted for them.
// Before a node is clustered MicroK8s itself makes a new certificate soon after the template changed; afterwards it must be told to.
const renewScript = `${lines}[ -n "$(missing "$@")" ] || exit 0
template=$certs/csr.conf.template
number=100
missing "$@" | while IFS= read -r name; do
  sort=\${name%%:*}; [ "$sort" = DNS ] || sort=IP
  number=$((number + 1))
  grep -qxF "$sort.$number = \${name#*:}" $template || sed -i "s|^#MOREIPS|$sort.$number = \${name#*:}\\n#MOREIPS|" $template || exit
done
if [ -e /var/snap/microk8s/current/var/lock/no-cert-reissue ]; then /snap/bin/microk8s refresh-certs --cert server.crt || exit; fi
left=300
while [ -n "$(missing "$@")" ]; do
  left=$((left - 1)); [ $left -gt 0 ] || { echo "the certificate still lacks $(missing "$@")"; exit 1; }
  sleep 1
done
/snap/bin/microk8s status --wait-ready --timeout 300 >/dev/null; exit 0`;

/** Made on the host: an administrator's credential need not leave it. */
export function kubeconfigs({ kubeconfig }: Microk8sParams, { vip }: Cluster, address: string): readonly Resource[] {
  const args = (user: string): readonly string[] => [user, vip ?? address];
  return kubeconfig.map((user) => command({ name: `kubeconfig of ${user}`, script: writeConfig, unless: isConfigured, args: args(user) }));
}

const wanted = `
home=$(getent passwd -- "$1" | cut -d: -f6)
[ -d "$home" ] || { echo "there is no account $1 with a home"; exit 1; }
wanted() { /snap/bin/microk8s config | sed "s|server: https://.*:\\([0-9]*\\)$|server: https://$2:\\1|"; }
`;
const isConfigured = `${wanted}wanted "$@" | cmp -s - "$home/.kube/config" && [ "$(stat -c '%a %U' "$home/.kube/config")" = "600 $1" ]`;
const writeConfig = `${wanted}umask 077
group=$(id -gn -- "$1")
[ -d "$home/.kube" ] || { mkdir "$home/.kube" && chown "$1:$group" "$home/.kube"; } || exit
new=$(mktemp "$home/.kube/.new.XXXXXX") || exit
wanted "$@" >"$new" && [ -s "$new" ] && chown "$1:$group" "$new" && mv -f "$new" "$home/.kube/config"`;
