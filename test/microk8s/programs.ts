// Programs that stand for snapd and MicroK8s on lab hosts: sh only, one store for all nodes in /cluster, texts and exit statuses as theirs.

/** One request a connection, as systemd hands it over. */
export const snapdRest = String.raw`#!/bin/sh
read -r method path rest
while IFS= read -r line; do [ "$line" = "$(printf '\r')" ] && break; done
name=${"$"}{path##*/}; state=/var/lib/snapd-double/$name
if [ -d "$state" ]; then
  status='200 OK'; hold=; [ -e "$state/hold" ] && hold=',"hold":"2315-11-21T00:00:00Z"'
  body="{\"type\":\"sync\",\"status-code\":200,\"result\":{\"name\":\"$name\",\"channel\":\"$(cat $state/channel)\",\"tracking-channel\":\"$(cat $state/channel)\",\"version\":\"$(cat $state/version)\",\"revision\":\"x1\",\"status\":\"active\"$hold}}"
else
  status='404 Not Found'; body="{\"type\":\"error\",\"status-code\":404,\"result\":{\"message\":\"snap not installed\",\"kind\":\"snap-not-found\",\"value\":\"$name\"}}"
fi
printf 'HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s' "$status" "${"$"}{#body}" "$body"
`;

export const snap = String.raw`#!/bin/sh
states=/var/lib/snapd-double
verb=$1; shift
case $verb in
list)
  if [ -n "$1" ] && [ ! -d "$states/$1" ]; then echo "error: no matching snaps installed" >&2; exit 1; fi
  [ -n "$(ls $states)" ] || echo "No snaps are installed yet. Try 'snap install hello-world'."
  for one in $states/*; do [ -d "$one" ] && echo "$(basename $one) $(cat $one/version)"; done; exit 0 ;;
install | refresh) ;;
*) exit 64 ;;
esac
name= channel=latest/stable classic= hold=
for word in "$@"; do case $word in --channel=*) channel=${"$"}{word#*=} ;; --classic) classic=1 ;; --hold) hold=1 ;; *) name=$word ;; esac; done
if [ -n "$hold" ]; then
  [ -e /srv/old-snapd ] && { printf "error: unknown flag \140hold'\n" >&2; exit 64; }
  [ -d "$states/$name" ] || { echo "error: snap \"$name\" is not installed" >&2; exit 1; }
  touch $states/$name/hold; echo "General refreshes of \"$name\" held indefinitely"; exit 0
fi
[ "$name" = microk8s ] || { echo "error: snap \"$name\" not found" >&2; exit 1; }
version=v${"$"}{channel%%/*}.4
if [ $verb = install ]; then
  [ -d $states/$name ] && { echo "snap \"$name\" is already installed, see 'snap help refresh'"; exit 0; }
  [ -n "$classic" ] || { echo "error: This revision of snap \"$name\" was published using classic confinement" >&2; exit 1; }
  mkdir -p $states/$name; echo $channel >$states/$name/channel; echo $version >$states/$name/version
  exec /opt/double/setup
fi
[ -d "$states/$name" ] || { echo "error: snap \"$name\" is not installed" >&2; exit 1; }
echo $channel >$states/$name/channel; echo $version >$states/$name/version
echo "refresh $(hostname) $channel" >>/cluster/log
exec /opt/double/upgraded
`;

const common = String.raw`
me=$(hostname) store=/cluster/nodes root=/var/snap/microk8s/current
mine=$store/$me
address() { hostname -i | cut -d' ' -f1; }
now() { date +%s; }
cluster_of() { cat "$store/$1/cluster" 2>/dev/null; }
# Control planes of my cluster in the order of their joining.
control() { for one in $(ls -tr $store/*/joined 2>/dev/null); do dir=${"$"}{one%/joined}; [ "$(cat $dir/cluster)" = "$(cluster_of ${"$"}{1:-$me})" ] && [ ! -e $dir/worker ] && basename $dir; done; }
database() {
  count=$(control $1 | wc -l)
  for node in $(control $1); do
    index=0
    for other in $(control $1); do
      index=$((index + 1)); role=0; [ $index -gt 3 ] && role=1
      ip=$(cat $store/$other/address); [ $count -eq 1 ] && [ ! -e $store/$other/moved ] && ip=127.0.0.1
      printf -- '- Address: %s:19001\n  ID: %s\n  Role: %s\n' "$ip" "$index" "$role"
    done >$store/$node/backend/.new; mv $store/$node/backend/.new $store/$node/backend/cluster.yaml
  done
}
ready() { [ ! -e $store/$1/stopped ] && [ "$(now)" -ge "$(cat $store/$1/ready 2>/dev/null || echo 9999999999)" ]; }
object() { echo "/cluster/objects/$(cluster_of $me).$1"; }
certificate() {
  names=$(sed -n 's/^\(DNS\|IP\)\.[0-9]* *= */\1:/p' $root/certs/csr.conf.template | paste -sd,)
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $root/certs/server.key -out $root/certs/server.crt -days 30 -subj /CN=127.0.0.1 -addext "subjectAltName=$names" 2>/dev/null
}
`;

/** What the snap's install hook does: a cluster of its own, or by the launch configuration (applied a little later) another one. */
export const setup = `#!/bin/sh${common}${String.raw`
mkdir -p /snap/microk8s/x1 /snap/bin $root/var/lock $root/var/kubernetes $root/credentials $root/certs $root/args/traefik $root/args/certs.d $mine/backend /cluster/objects
ln -sfn x1 /snap/microk8s/current; ln -sf /opt/double/kubectl /snap/microk8s/current/kubectl; ln -sf /opt/double/microk8s /snap/bin/microk8s
ln -sfn $mine/backend $root/var/kubernetes/backend; ln -sfn $mine/tokens $root/credentials/cluster-tokens.txt; touch $mine/tokens
ln -sfn $mine/no-cert-reissue $root/var/lock/no-cert-reissue
getent group microk8s >/dev/null || groupadd --system microk8s
address >$mine/address; echo "c-$me-$(now)" >$mine/cluster; touch $mine/joined $root/var/lock/ha-cluster; rm -f $mine/worker $mine/moved
echo $(($(now) + 1)) >$mine/ready
printf 'Address: 127.0.0.1:19001\nID: 1\nRole: 0\n' >$mine/backend/info.yaml
printf '[alt_names]\nDNS.1 = kubernetes\nIP.1 = 127.0.0.1\nIP.2 = %s\n#MOREIPS\n' "$(address)" >$root/certs/csr.conf.template
for config in /etc/microk8s.yaml /var/snap/microk8s/common/.microk8s.yaml; do
  [ -f $config ] || continue
  mkdir -p /var/snap/microk8s/common/etc/launcher; cp $config /var/snap/microk8s/common/etc/launcher/install.yaml
  number=10
  sed -n 's/^  - "\(.*\)"$/\1/p' $config | while read -r name; do
    number=$((number + 1)); case $name in *[!0-9.]*) sort=DNS ;; *) sort=IP ;; esac
    sed -i "s|^#MOREIPS|$sort.$number = $name\n#MOREIPS|" $root/certs/csr.conf.template
  done
  break
done
cp /var/lib/snapd-double/microk8s/version /cluster/versions/$me
certificate; database; echo "node" >"$(object $me)"
grep -qs '^join:' /var/snap/microk8s/common/etc/launcher/install.yaml && systemd-run --quiet --collect /opt/double/launcher
echo "microk8s (${"$"}{channel}) v1 from Canonical installed"
`}`;

export const launcher = String.raw`#!/bin/sh
config=/var/snap/microk8s/common/etc/launcher/install.yaml
url=$(sed -n 's/^  url: "\(.*\)"$/\1/p' $config)
worker=; grep -q '^  worker: true' $config && worker=--worker
sleep 0.3
exec /opt/double/microk8s join "$url" $worker
`;

export const upgraded = `#!/bin/sh${common}${`
cp /var/lib/snapd-double/microk8s/version /cluster/versions/$me
echo $(($(now) + 1)) >$mine/ready
echo "microk8s refreshed"
`}`;

/** The kubelet's own way: no wrapper, no refusal on a worker. */
export const kubectl = `#!/bin/sh
[ "$1" = --kubeconfig ] && [ "$2" = /var/snap/microk8s/current/credentials/kubelet.config ] || exit 1
shift 2
KUBELET=1 exec /opt/double/microk8s kubectl "$@"
`;

export const microk8s = `#!/bin/sh${common}${String.raw`
log() { echo "$*" >>/cluster/log; }
verb=$1; shift
worker() { [ -e $root/var/lock/clustered.lock ]; }
case $verb in
status)
  left=0; while [ $# -gt 0 ]; do case $1 in --timeout) left=$2; shift ;; --wait-ready) left=${"$"}{left:-0} ;; esac; shift; done
  while [ $left -gt 0 ] && ! ready $me; do sleep 1; left=$((left - 1)); done
  [ -e $root/var/lock/stopped.lock ] && { echo "microk8s is not running, try microk8s start"; exit 0; }
  worker && { printf 'This MicroK8s deployment is acting as a node in a cluster.\nPlease use the control plane node.\n'; exit 0; }
  echo "microk8s:"
  ready $me || { printf '  running: False\nhigh-availability:\n  enabled: True\n  message: microk8s is not running. Use microk8s inspect for a deeper inspection.\n'; exit 1; }
  printf '  running: True\nhigh-availability:\n  enabled: True\n  nodes:\n'
  sed -n 's/^- Address: /    - address: /p; s/^  Role: 0/      role: voter/p; s/^  Role: 1/      role: standby/p' $mine/backend/cluster.yaml
  echo "addons:"
  for addon in dns metallb metrics-server; do
    state=disabled; [ -e /cluster/addons/$addon ] && state=enabled
    printf '  - name: %s\n    repository: core\n    description: (core) %s: an addon\n    version: 1.13.1\n    status: %s\n' $addon $addon $state
  done ;;
add-node)
  worker && { echo "This MicroK8s deployment is acting as a node in a cluster. Please use the microk8s add-node on the master."; exit 1; }
  ttl=; while [ $# -gt 0 ]; do [ "$1" = --token-ttl ] && ttl=$2; shift; done
  token=$(od -An -tx1 -N16 /dev/urandom | tr -d ' \n')
  if [ -n "$ttl" ]; then echo "$token|$(($(now) + ttl))"; else echo "$token"; fi >>$mine/tokens
  log "token $(printf %s $token | sha256sum | cut -c1-8)"; echo "$token" >>/cluster/secret-tokens
  printf '{"token": "%s/2c0cb3284b05", "urls": ["172.31.255.254:25000/%s/2c0cb3284b05", "%s:25000/%s/2c0cb3284b05"]}\n' $token $token "$(address)" $token ;;
join)
  url=$1 mode=$2
  case $url in *:*/*) ;; *) echo "Invalid connection: Expected format: <master_IP>:<master_PORT>/<token>[/<fingerprint>]"; exit 1 ;; esac
  case $url in */*/2c0cb3284b05) ;; */*/*)
    echo "Joining cluster failed. Could not verify the identity of ${"$"}{url%%:*}. Use '--skip-verify' to skip server certificate check."; exit 4 ;;
  esac
  seed= ; for one in $store/*; do [ "$(cat $one/address)" = "${"$"}{url%%:*}" ] && seed=$(basename $one); done
  [ -n "$seed" ] || { echo "Traceback (most recent call last):" >&2; exit 1; }
  token=${"$"}{url#*/}; token=${"$"}{token%%/*}
  touch $root/var/lock/join-in-progress
  mkdir /cluster/joining 2>/dev/null || log "OVERLAP $me"
  valid=; while IFS='|' read -r known expiry; do
    [ "$known" = "$token" ] && { [ -z "$expiry" ] || [ "$expiry" -gt "$(now)" ]; } && valid=1
  done <$store/$seed/tokens
  sed -i "/^$token$/d" $store/$seed/tokens
  [ -n "$valid" ] || { rmdir /cluster/joining; echo "Connection failed. Invalid token (500)."; exit 6; }
  log "use $(printf %s $token | sha256sum | cut -c1-8) $me"
  if [ "$(cluster_of $me)" = "$(cluster_of $seed)" ]; then
    rmdir /cluster/joining; echo "Connection failed. Failed to retrieve dqlite cluster nodes: the joining node ($(address)) is already known to dqlite (500)."; exit 6
  fi
  if [ -e /cluster/unresolvable ]; then
    rmdir /cluster/joining; echo "Connection failed. The hostname ($me) of the joining node does not resolve to the IP \"$(address)\". Refusing join (400)."; exit 6
  fi
  ready $seed || log "JOINED BEFORE READY $seed"
  sleep 0.3
  rm -f "$(object $me)"; cat $store/$seed/cluster >$mine/cluster; touch $mine/joined; echo node >"$(object $me)"
  if [ ! -e $store/$seed/moved ]; then touch $store/$seed/moved; echo $(($(now) + 1)) >$store/$seed/ready; fi
  echo $(($(now) + 1)) >$mine/ready
  if [ "$mode" = --worker ]; then
    touch $mine/worker $root/var/lock/clustered.lock; rm -f $root/var/lock/ha-cluster
    echo "The node has joined the cluster and will appear in the nodes list in a few seconds."
    for one in $(control $seed); do printf '        - address: "%s:16443"\n' "$(cat $store/$one/address)"; done >$root/args/traefik/provider.yaml
  fi
  touch $mine/no-cert-reissue $store/$seed/no-cert-reissue; database $seed
  rm -f $root/var/lock/join-in-progress; rmdir /cluster/joining
  log "join $me $mode"; echo "Successfully joined the cluster." ;;
leave)
  if worker; then rm $root/var/lock/clustered.lock $mine/worker
  elif [ "$(control | wc -l)" -eq 1 ]; then
    [ -e $mine/moved ] && { echo "This node currently holds the only copy of the Kubernetes database so it cannot leave the cluster."; exit 3; }
    echo "This MicroK8s deployment is not acting as a node in a cluster."; exit 1
  fi
  before=$(cluster_of $me); echo "c-$me-$(now)" >$mine/cluster; rm -f $mine/moved; database $me; echo node >"$(object $me)"
  for one in $store/*; do [ "$(cat $one/cluster)" = "$before" ] && database $(basename $one); done
  log "leave $me" ;;
remove-node)
  worker && { echo "This MicroK8s deployment is acting as a node in a cluster. Please use microk8s leave."; exit 1; }
  [ -e "$(object $1)" ] || { echo "Node $1 does not exist in Kubernetes."; exit 1; }
  control | grep -qx "$1" && [ "$2" != --force ] && { echo "Removal failed. Node $1 is registered with dqlite. Please, run first 'microk8s leave' on the departing Node."; exit 1; }
  rm "$(object $1)"; log "remove $*"
  [ "$2" != --force ] || { echo gone >$store/$1/cluster; database $me; } ;;
enable)
  addon=${"$"}{1%%:*}; mkdir -p /cluster/addons
  case $addon in
  dns | metallb | metrics-server) ;;
  */*) echo "Addon $addon not found"; exit 0 ;;
  *) echo "Addon $addon was not found in any repository" >&2; exit 1 ;;
  esac
  [ -e /cluster/addons/$addon ] && { echo "Addon core/$addon is already enabled"; exit 0; }
  if [ "$1" = metallb ]; then printf 'Enter each IP address range delimited by comma: '; read -r range || exit 1; fi
  echo "$*" >/cluster/addons/$addon; log "enable $*" ;;
disable) rm -f /cluster/addons/$1; log "disable $1" ;;
config) printf 'apiVersion: v1\nclusters:\n- cluster:\n    server: https://%s:16443\n' "$(address)" ;;
refresh-certs) [ "$1 $2" = "--cert server.crt" ] || exit 1; certificate; log "certificate $me" ;;
start) rm -f $root/var/lock/stopped.lock $mine/stopped; log "start $me" ;;
stop) touch $root/var/lock/stopped.lock $mine/stopped ;;
kubectl)
  worker && [ -z "$KUBELET" ] && { echo "This MicroK8s deployment is acting as a node in a cluster. Please use the control plane node."; exit 1; }
  verb=$1; shift
  ready $me || [ -n "$KUBELET" ] || { echo "The connection to the server 127.0.0.1:16443 was refused" >&2; exit 1; }
  overwrite=; [ "$1" = --overwrite ] && { overwrite=1; shift; }
  [ "$1" = node ] && shift
  name=$1; shift; file=$(object $name)
  [ -e "$file" ] || { echo "Error from server (NotFound): nodes \"$name\" not found" >&2; exit 1; }
  version=$(cat /cluster/versions/$name 2>/dev/null)
  state=False; ready $name && state=True
  case $verb in
  get)
    case "$2" in
    *labels*)
      printf '{%s}\n' "$(sed -n 's/^label \([^=]*\)=\(.*\)$/"\1":"\2"/p' "$file" | paste -sd,)"
      sed -n 's/^taint \([^=:]*\)=\{0,1\}\([^:]*\):\(.*\)$/{"key":"\1","value":"\2","effect":"\3"}/p' "$file" | paste -sd, | sed 's/.*/[&]/'
      printf '%s\n%s\n' $state "$version" ;;
    *kubeletVersion*) printf %s "$version" ;;
    *Ready*) printf %s $state ;;
    name) echo "node/$name" ;;
    esac ;;
  label | taint)
    for word in "$@"; do
      key=${"$"}{word%%=*}; [ -n "$overwrite" ] || case $word in *=*) grep -q "^$verb $key=" "$file" && { echo "error: '$key' already has a value, and --overwrite is false" >&2; exit 1; } ;; esac
    done
    for word in "$@"; do echo "$verb $word" >>"$file"; done; log "$verb $name $*" ;;
  drain)
    # Every node has pods of a DaemonSet: calico's.
    case " $* " in *" --ignore-daemonsets "*) ;; *) echo "error: cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): kube-system/calico-node-1" >&2; exit 1 ;; esac
    log "$verb $name" ;;
  cordon | uncordon) log "$verb $name" ;;
  esac ;;
*) exit 1 ;;
esac
`}`;
