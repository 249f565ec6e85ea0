// How a unit becomes what it should be.
import type { Change, Known } from "../../model/kind.ts";
import type { Run, Step } from "../../model/step.ts";
import { fullUnit } from "../unit-of.ts";
import { type Service, tracesOf } from "./desired.ts";
import { hashesFunction, stampKey } from "./loaded.ts";
import type { ServiceActual } from "./probe.ts";

type Verb = "start" | "restart" | "reload-or-restart";

export function steps(desired: Service, _found: Known<ServiceActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  const [enabled, running, loaded] = ["enabled", "running", "loaded"].map((name) => changes.find(({ property }) => property === name));
  return [
    ...(enabled === undefined ? [] : [switched(desired.unit, desired.enabled ? "enable" : "disable")]),
    ...(running !== undefined && !desired.running ? [switched(desired.unit, "stop")] : []),
    ...(desired.running && (running !== undefined || loaded !== undefined) ? [load(desired, verbOf(running, loaded))] : []),
  ];
}

// Something else may have started it since (a package's postinst): what must load something is restarted, not started.
function verbOf(running: Change | undefined, loaded: Change | undefined): Verb {
  if (loaded === undefined) return "start";
  return running !== undefined || loaded.risk === "restart" ? "restart" : "reload-or-restart";
}

function switched(unit: string, verb: "enable" | "disable" | "stop"): Run {
  return { do: "run", title: `${verb} ${unit}`, script: switchScript, args: [verb, fullUnit(unit)] };
}

const switchScript = `
if [ "$(systemctl show -p NeedDaemonReload -- "$2")" = NeedDaemonReload=yes ]; then systemctl daemon-reload; fi
systemctl --no-ask-password "$1" -- "$2"
`;

function load({ unit, reloadOn, restartOn }: Service, verb: Verb): Run {
  const traces = tracesOf([...reloadOn, ...restartOn]).flatMap((path) => [stampKey(path), path]);
  return { do: "run", title: `${verb.replace("-or-restart", "")} ${unit}`, script: loadScript, args: [verb, fullUnit(unit), unit, ...traces] };
}

// Hashes come first: what changes while the unit loads is stale, never taken for loaded. A unit that dies at once or is started
// again and again has not started.
const loadScript = `${hashesFunction}
LC_ALL=C; export LC_ALL
verb=$1 unit=$2 name=$3; shift 3
umask 077
show() { systemctl show -p "$1" -- "$unit" | cut -d= -f2-; }
fail() { systemctl status --no-pager --full --lines=20 -- "$unit" 2>&1; exit 1; }
mkdir -p /run/hlx/loaded || exit
new=$(mktemp /run/hlx/loaded/.new.XXXXXX) || exit
trap 'rm -f "$new"' EXIT
hlx_hashes "$@" > "$new" || exit
if [ "$(show NeedDaemonReload)" = yes ]; then systemctl daemon-reload; fi
if [ "$(show ActiveState)" = failed ]; then systemctl reset-failed -- "$unit"; fi
systemctl --no-ask-password "$verb" -- "$unit" || fail
[ "$verb" = reload-or-restart ] || sleep 0.5 2>/dev/null || sleep 1
case "$(show ActiveState) $(show Type) $(show Result)" in
  active* | reloading* | refreshing*) ;;
  'inactive oneshot success') ;;
  *) fail ;;
esac
printf 'invocation %s\\n' "$(show InvocationID)" >> "$new"
mv -f -- "$new" "/run/hlx/loaded/$name"
`;
