// The job that changes a stack on its host: one constant script, so that a cut connection or a killed hlx leaves nothing half done.

/**
 * Arguments: project, folder, seconds to wait, pull policy, then words in the order of the work: `image:REF` or `image:REF=DIGEST`, `network:NAME` (take it away: it is made anew), `build:SERVICE`, `create|recreate|start|restart|stop:SERVICE:WAITS`,
 * `level` (do what was collected and wait for it), `orphan:SERVICE`, `down`, `unlink:PATH`. Files staged in .hlx/next are installed, and those to unlink are taken away, once all images are there.
 * When something fails, files and images that were there before are put back, and what ran runs again; the exit status is 1 all the same.
 */
export const jobScript = `
project=$1 dir=$2 seconds=$3 pull=$4; shift 4
hlx=$dir/.hlx next=$dir/.hlx/next old=$dir/.hlx/previous file=$dir/compose.yaml
recreated= created= renewed= again= fresh= begin= renew= waits=
compose() { docker compose --project-name "$project" --project-directory "$dir" -f "$@" </dev/null 2>&1; }
ids() { docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$project" --filter "label=com.docker.compose.service=$1" --filter "label=com.docker.compose.oneoff=False"; }
say() { printf '%s\\n' "$*"; }
name_of() { word=\${1#*:}; printf %s "\${word%%:*}"; }

# By digest, and then called what the file calls it: docker(1), image tag.
fetch_locked() {
  name=\${1%=*} digest=\${1##*=}
  case \${name##*/} in *:*) of=\${name%:*}@$digest ;; *) of=$name@$digest ;; esac
  docker image inspect "$of" >/dev/null 2>&1 || { [ "$pull" != never ] && docker pull -q "$of" 2>&1; } || { say "the image $of could not be had; nothing was touched"; return 1; }
  docker tag "$of" "$name" 2>&1
}

fetch() {
  case $1 in *=sha256:*) fetch_locked "$1"; return ;; esac
  case $pull in
    digest) docker pull -q "$1" 2>&1 && return 0 ;;
    missing) docker image inspect "$1" >/dev/null 2>&1 && return 0; docker pull -q "$1" 2>&1 && return 0 ;;
  esac
  docker image inspect "$1" >/dev/null 2>&1 && [ "$pull" != missing ] && return 0
  say "the image $1 could not be had; nothing was touched"; return 1
}

# Whoever is in a network that is made anew is made anew with it: others are not hlx's to stop.
alone() {
  network=$1; shift
  for id in $(docker ps -aq --no-trunc --filter "network=$network"); do
    of=$(docker inspect -f '{{index .Config.Labels "com.docker.compose.project"}}:{{index .Config.Labels "com.docker.compose.service"}}' "$id") || return
    case " $* " in *" recreate:\${of#"$project:"}:"*|*" orphan:\${of#"$project:"} "*) ;; *)
      say "the network $network is to be made anew, and$(docker inspect -f '{{.Name}}' "$id" | tr / ' ') is in it, which stays as it is; nothing was touched"; return 1 ;;
    esac
  done
}

# The containers are stopped and taken out: they keep what Compose takes over from them when it makes them anew.
take_away() {
  renewed="$renewed $1"
  for id in $(docker ps -aq --no-trunc --filter "network=$1"); do
    recreated="$recreated $(docker inspect -f '{{index .Config.Labels "com.docker.compose.service"}}' "$id")"
    docker stop "$id" >/dev/null && docker network disconnect -f "$1" "$id" 2>&1 || return
  done
  docker network rm "$1" >/dev/null
}

install() {
  rm -rf "$old" && mkdir -m 0700 "$old" || return
  : >"$hlx/installed"
  if [ -d "$next" ]; then (cd "$next" && find . -type f) >"$hlx/installed" || return; fi
  while IFS= read -r path; do
    mkdir -p "$dir/\${path%/*}" "$old/\${path%/*}" || return
    if [ -e "$dir/$path" ]; then cp -p "$dir/$path" "$old/$path" || return; fi
    mv -f "$next/$path" "$dir/$path" || return
  done <"$hlx/installed"
  for word; do
    path=./\${word#unlink:}
    case $word in unlink:*) ;; *) continue ;; esac
    if [ ! -e "$dir/$path" ] || [ -d "$dir/$path" ]; then continue; fi
    printf '%s\\n' "$path" >>"$hlx/installed" && mkdir -p "$old/\${path%/*}" && mv -f "$dir/$path" "$old/$path" || return
  done
}

# What ran before, a line a service: service, image id, image name, running, the file it was made of.
note() {
  : >"$hlx/before"
  for word; do
    case $word in recreate:*) ;; *) continue ;; esac
    service=$(name_of "$word"); id=$(ids "$service" | head -n 1)
    [ -z "$id" ] || docker inspect -f "$service {{.Image}} {{.Config.Image}} {{.State.Running}} {{index .Config.Labels \\"com.docker.compose.project.config_files\\"}}" "$id" >>"$hlx/before" || return
  done
}

# Prints ok, wait, or why it is bad.
verdict() {
  docker inspect -f '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}-{{end}} {{.State.ExitCode}} {{.RestartCount}} {{.HostConfig.RestartPolicy.Name}}.' "$1" 2>/dev/null | {
    read -r status health code restarts policy || { echo "it is gone"; return; }
    case $status.$health in
      running.healthy) echo ok ;;
      running.unhealthy) echo "it is unhealthy" ;;
      running.-) if [ "$2" = completed ]; then echo wait; elif [ "$restarts" -gt 2 ]; then echo "it restarted $restarts times"; else echo calm; fi ;;
      exited.*) case $code.$policy in 0.always.|0.unless-stopped.) if [ "$2" = completed ]; then echo ok; else echo wait; fi ;; 0.*) echo ok ;; *.always.|*.unless-stopped.) echo wait ;; *) echo "it ended with status $code" ;; esac ;;
      *) if [ "$restarts" -gt 2 ]; then echo "it restarted $restarts times"; else echo wait; fi ;;
    esac
  }
}

wait_for() {
  began=$(date +%s) calm=0
  while :; do
    all=ok
    found=$(ids "$1"); [ -n "$found" ] || all="there is no container of it"
    for id in $found; do
      state=$(verdict "$id" "$2")
      case $state in ok) ;; calm) [ "$all" != ok ] || all=calm ;; wait) all=wait ;; *) all=$state; break ;; esac
    done
    case $all in
      ok) return 0 ;;
      calm) calm=$((calm + 1)); [ "$calm" -lt 4 ] || return 0 ;;
      wait) calm=0 ;;
      *) fail "$1" "$all"; return 1 ;;
    esac
    [ $(($(date +%s) - began)) -lt "$seconds" ] || { fail "$1" "it is not ready after $seconds s"; return 1; }
    sleep 0.5 2>/dev/null || sleep 1
  done
}

fail() {
  say "$1: $2"
  id=$(ids "$1" | head -n 1)
  [ -z "$id" ] || docker logs --tail 8 "$id" 2>&1 | sed 's/^/  | /'
}

flush() {
  recreated="$recreated $again" created="$created $fresh"
  # shellcheck disable=SC2086
  { [ -z "$again" ] || compose "$file" up -d --no-deps --no-build --quiet-pull --force-recreate $again; } || return
  { [ -z "$fresh" ] || compose "$file" up -d --no-deps --no-build --quiet-pull --no-recreate $fresh; } || return
  for service in $begin; do ids "$service" | xargs -r docker start >/dev/null || return; done
  for service in $renew; do ids "$service" | xargs -r docker restart >/dev/null || return; done
  for one in $waits; do wait_for "\${one%%=*}" "\${one#*=}" || return; done
  again= fresh= begin= renew= waits=
}

work() {
  for word; do
    service=$(name_of "$word") waiting=\${word##*:}
    case $word in
      image:*|unlink:*) ;;
      network:*) take_away "$service" || return ;;
      build:*) compose "$file" build --quiet "$service" || return ;;
      create:*) fresh="$fresh $service" waits="$waits $service=$waiting" ;;
      recreate:*) again="$again $service" waits="$waits $service=$waiting" ;;
      start:*) begin="$begin $service" waits="$waits $service=$waiting" ;;
      restart:*) renew="$renew $service" waits="$waits $service=$waiting" ;;
      stop:*) ids "$service" | xargs -r docker stop >/dev/null || return ;;
      orphan:*) ids "$service" | xargs -r docker rm -f >/dev/null || return ;;
      level) flush || return ;;
    esac
  done
}

go_back() {
  say "going back to what ran before"
  while IFS= read -r path; do
    if [ -e "$old/$path" ]; then mv -f "$old/$path" "$dir/$path"; else rm -f "$dir/$path"; fi
  done <"$hlx/installed"
  for service in $created; do ids "$service" | xargs -r docker rm -f >/dev/null 2>&1; done
  for network in $renewed; do take_away "$network"; done 2>/dev/null
  back=0
  while read -r service image name running made; do
    case " $recreated " in *" $service "*) ;; *) continue ;; esac
    from=$file; [ -e "$from" ] || from=\${made%%,*}
    [ -e "$from" ] || { say "$service: the file that it was made of is gone"; back=1; continue; }
    printf '{"services":{"%s":{}}}' "$service" >"$hlx/pin.json"
    [ "$(docker image inspect -f '{{.Id}}' "$name" 2>/dev/null)" = "$image" ] || printf '{"services":{"%s":{"image":"%s"}}}' "$service" "$image" >"$hlx/pin.json"
    compose "$from" -f "$hlx/pin.json" up -d --no-deps --no-build --force-recreate "$service" || { back=1; continue; }
    if [ "$running" = true ]; then wait_for "$service" running || { back=1; continue; }; fi
    [ "$running" = true ] || ids "$service" | xargs -r docker stop >/dev/null
    say "$service is again what it was ($name)"
  done <"$hlx/before"
  rm -f "$hlx/pin.json"
  [ "$back" = 0 ] || say "not everything could be brought back: look at it by hand"
}

unlink() {
  rm -f "$dir/$1"
  case $1 in */*) (cd "$dir" && rmdir -p -- "\${1%/*}" 2>/dev/null) ;; esac
}

tidy() { rm -rf "$next" "$old" "$hlx/installed" "$hlx/before"; }

if [ "$1" = down ]; then
  if [ -e "$file" ]; then compose "$file" down --remove-orphans || exit 1; fi
  docker ps -aq --filter "label=com.docker.compose.project=$project" | xargs -r docker rm -f >/dev/null || exit 1
  for word; do case $word in unlink:*) unlink "\${word#unlink:}" ;; esac; done
  rm -rf "$hlx" "$file"; rmdir "$dir" 2>/dev/null
  exit 0
fi
umask 077
for word; do
  case $word in
    image:*) fetch "\${word#image:}" ;;
    network:*) alone "\${word#network:}" "$@" ;;
  esac || { rm -rf "$next"; exit 1; }
done
umask 022
note "$@" && install "$@" || { say "the files could not be installed"; go_back; exit 1; }
if work "$@"; then
  tidy
  for word; do case $word in unlink:*) unlink "\${word#unlink:}" ;; esac; done
  exit 0
fi
go_back
tidy
exit 1
`;
