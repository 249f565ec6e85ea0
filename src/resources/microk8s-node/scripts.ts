// The scripts of MicroK8s nodes, as constants. Its programs are called by their paths: /snap/bin is in few PATHs.

/** $1 the node. Asks with the kubelet's own credentials: a worker's `microk8s kubectl` refuses to. Prints labels, taints, readiness, version. */
export const nodeScript = `
root=/snap/microk8s/current
[ -x $root/kubectl ] || exit 1
timeout 20 $root/kubectl --kubeconfig /var/snap/microk8s/current/credentials/kubelet.config get node "$1" \
  -o 'jsonpath={.metadata.labels}{"\\n"}{.spec.taints}{"\\n"}{.status.conditions[?(@.type=="Ready")].status}{"\\n"}{.status.nodeInfo.kubeletVersion}{"\\n"}'
`;

/** $1 the address that the joining node knows, $2 seconds. Prints what it joins by: of all addresses of this host the one in its network. */
export const inviteScript = `
LC_ALL=C; export LC_ALL
said=$(/snap/bin/microk8s add-node --token-ttl "$2" --format json 2>&1) || { echo "no token was made: $said" | sed 's/[0-9a-f]\\{32\\}/…/g'; exit 1; }
url=$(printf '%s' "$said" | tr ',[]{}' '\\n\\n\\n\\n\\n' | tr -d '" ' | sed -n "s|^\\(urls:\\)\\{0,1\\}\\($1:[0-9]*/[0-9a-f]*/[0-9a-f]*\\)\\$|\\2|p" | head -n 1)
[ -n "$url" ] || { echo "no way to join leads to $1: which addresses has this host?"; exit 1; }
printf '%s\\n' "$url"
`;

/** The invitation on standard input: its token is of no use any more. Never in an argument of a program. */
export const revokeScript = `
IFS= read -r url
file=/var/snap/microk8s/current/credentials/cluster-tokens.txt
token=\${url#*/}; token=\${token%%/*}
[ -n "$token" ] && [ -f "$file" ] || exit 0
umask 077
new=$(mktemp "$file.XXXXXX") || exit
while IFS= read -r line; do
  case $line in "$token" | "$token|"*) ;; *) printf '%s\\n' "$line" ;; esac
done <"$file" >"$new"
cat "$new" >"$file"; rm -f "$new"
`;

/** The launch configuration on standard input. MicroK8s's installation takes the first one that it finds: these come before. */
export const launchScript = `
for other in /etc/microk8s.yaml /root/snap/microk8s/common/.microk8s.yaml; do
  [ ! -e $other ] || { echo "$other would be used instead of the way into the cluster: move it away"; exit 1; }
done
mkdir -p /var/snap/microk8s/common
rm -f /var/snap/microk8s/common/.microk8s.yaml
umask 077
cat >/var/snap/microk8s/common/.microk8s.yaml
`;

/** $1 the channel. */
export const installScript = 'exec snap install microk8s --classic "--channel=$1"';

/** The invitation on standard input, $1 "--worker" or nothing. What is installed already can join by no other way than an argument. */
export const joinScript = `
IFS= read -r url
/snap/bin/microk8s join "$url" $1
status=$?
if [ $status -ne 0 ]; then rm -f /var/snap/microk8s/current/var/lock/join-in-progress; fi
exit $status
`;

/** $1 control or worker, $2 the seed's address. Its own files say so; what it prints is shown when it never comes true. */
export const joinedScript = `
echo "why not says: journalctl -u snap.microk8s.daemon-cluster-agent"
root=/var/snap/microk8s/current
[ ! -e $root/var/lock/join-in-progress ] || exit 1
if [ "$1" = worker ]; then
  [ -e $root/var/lock/clustered.lock ] && grep -qF "$2:" $root/args/traefik/provider.yaml
else
  [ ! -e $root/var/lock/clustered.lock ] && grep -qF "$2:" $root/var/kubernetes/backend/cluster.yaml
fi
`;

/** What the launch configuration held is of no use any more, but why keep it. */
export const forgetScript = "rm -f /var/snap/microk8s/common/.microk8s.yaml /var/snap/microk8s/common/etc/launcher/install.yaml";

/** $1 the node, on a control plane. Only what is printed counts. */
export const readyScript = `
[ "$(/snap/bin/microk8s kubectl get node "$1" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' 2>/dev/null)" = True ]
`;

/** $1 the node, then label or taint words for kubectl, on a control plane. */
export const labelScript = 'node=$1; shift; exec /snap/bin/microk8s kubectl label --overwrite node "$node" "$@"';
export const taintScript = 'node=$1; shift; exec /snap/bin/microk8s kubectl taint --overwrite node "$node" "$@"';

/** $1 the node, on a control plane. Respects disruption budgets. */
export const drainScript = `
/snap/bin/microk8s kubectl cordon "$1" && exec /snap/bin/microk8s kubectl drain "$1" --ignore-daemonsets --delete-emptydir-data --timeout=600s
`;

/** $1 the node, $2 the version that it must say: "v1.33". On a control plane. */
export const backScript = `
look() { /snap/bin/microk8s kubectl get node "$1" -o "jsonpath=$2" 2>/dev/null; }
left=600
until [ "$(look "$1" '{.status.conditions[?(@.type=="Ready")].status}')" = True ] &&
  case $(look "$1" '{.status.nodeInfo.kubeletVersion}') in "$2" | "$2".*) true ;; *) false ;; esac
do
  left=$((left - 1))
  if [ $left -le 0 ]; then echo "$1 did not become ready with $2: it says $(look "$1" '{.status.nodeInfo.kubeletVersion}')"; exit 1; fi
  sleep 1
done
exec /snap/bin/microk8s kubectl uncordon "$1"
`;

export const startScript = "exec /snap/bin/microk8s start";
export const leaveScript = "exec /snap/bin/microk8s leave";
export const removeScript = 'exec /snap/bin/microk8s remove-node "$1"';
