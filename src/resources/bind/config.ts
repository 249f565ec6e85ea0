// named's configuration: what it should be, what it is, and how it is put in place and loaded.
import { type Ahead, type Change, change, type Found, type Known, present } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import type { JsonSchema } from "../../model/schema.ts";
import type { Run, Step, Write } from "../../model/step.ts";
import { type Text, text } from "../../model/text.ts";
import { diff as fileDiff } from "../file/diff.ts";
import { type FileActual, probe as fileProbe } from "../file/probe.ts";
import { pathPattern, textSchema } from "../make.ts";
import { type ServedQuery, servedRead } from "./served-read.ts";
import { bindTools, viewName, zoneId, zoneName } from "./zone-desired.ts";

export interface BindConfig {
  readonly path: string;
  readonly content: Text;
  /** Those that must be served once it is loaded. */
  readonly zones: readonly ServedQuery[];
}

/** `unserved`: zones that the running server does not have; none while it is down. */
export interface BindConfigActual {
  readonly file: FileActual;
  readonly unserved: readonly string[];
}

export const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["path", "content", "zones"],
  properties: {
    path: { type: "string", pattern: pathPattern, description: "The file that named begins with. It belongs to root and the group bind, with mode 0644." },
    content: { ...textSchema, description: "The whole configuration. Secrets have no place in it: keys are included from files of their own." },
    zones: {
      type: "array",
      items: { type: "object", additionalProperties: false, required: ["zone"], properties: { zone: zoneName, view: viewName } },
      description: "Zones that must be served once it is loaded; else the old configuration comes back. Their files must be there before.",
    },
  },
};

function fileOf({ path, content }: BindConfig): Parameters<typeof fileProbe>[0] {
  return { path, content: text(content), mode: "0644", owner: "root", group: "bind" };
}

export async function probe(desired: BindConfig, on: Pick<Readers, "shell">): Promise<Found<BindConfigActual>> {
  const [file, served] = await Promise.all([fileProbe(fileOf(desired), on), Promise.all(desired.zones.map((zone) => on.shell.ask(servedRead, zone)))]);
  if (file.found === "blocked" && file.needs.startsWith("directory:")) return { ...file, needs: bindTools, because: "no BIND on this host" };
  if (file.found !== "present") return file;
  const unserved = desired.zones.filter((_, index) => served[index] === "not served").map(zoneId);
  return present({ file: file.actual, unserved }, file.evidence);
}

export function diff(desired: BindConfig, found: Known<BindConfigActual>, ahead: Ahead): readonly Change[] {
  const evidence = found.found === "present" ? found.evidence : undefined;
  const file: Known<FileActual> =
    found.found === "absent" ? found : { found: "present", actual: found.actual.file, ...(evidence === undefined ? {} : { evidence }) };
  const unserved = found.found === "absent" ? desired.zones.map(zoneId) : found.actual.unserved;
  const changes = fileDiff(fileOf(desired), file, ahead).map((one): Change => ({ ...one, risk: "reload" }));
  return [...changes, ...unserved.map((zone) => change(`zone:${zone}`, { before: "not served", after: "served", risk: "reload" }))];
}

/** The old file comes back, and is loaded again, when the whole is not sound or a zone is not served afterwards. */
export function steps(desired: BindConfig, _found: Known<BindConfigActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  if (changes.length === 0) return [];
  const { path, content, zones } = desired;
  const args = zones.flatMap(({ zone, view = "" }) => [zone, view]);
  const written = changes.some(({ property }) => !property.startsWith("zone:"));
  const write: Write = { do: "write", path, content, mode: "0644", owner: "root", group: "bind", validate: ["named-checkconf", "%s"] };
  const load: Run = { do: "run", title: "load the configuration", script: loadScript, args: [path, ...args] };
  const back: Run = { do: "run", title: "load the old configuration again", script: reconfigScript, args: [] };
  const verify = { title: "its zones are served", script: servedScript, args };
  return [{ do: "guarded", steps: written ? [write, load] : [load], verify, otherwise: written ? [back] : [], putBack: written ? [path] : [] }];
}

// As named's own user, who must be able to read all of it. Zones that were not loaded are tried again: reconfig leaves them alone.
const loadScript = `
LC_ALL=C; export LC_ALL
conf=$1; shift
said=$(runuser -u bind -- named-checkconf -z "$conf" 2>&1) || { printf '%s\\n' "$said" | grep -v ': loaded serial '; exit 1; }
case $(rndc status 2>&1) in *'server is up'*) ;; *) exit 0 ;; esac
rndc reconfig 2>&1 || exit
while [ $# -gt 0 ]; do
  case $(rndc zonestatus "$1" \${2:+IN "$2"} 2>&1) in *'not loaded'*) rndc reload "$1" \${2:+IN "$2"} >/dev/null 2>&1 ;; esac
  shift 2
done
true
`;

const reconfigScript = "rndc reconfig 2>&1 || true";

const servedScript = `
LC_ALL=C; export LC_ALL
case $(rndc status 2>&1) in *'server is up'*) ;; *) exit 0 ;; esac
tries=0
while [ $# -gt 0 ]; do
  case $(rndc zonestatus "$1" \${2:+IN "$2"} 2>&1) in *'serial: '*) shift 2; continue ;; esac
  tries=$((tries + 1))
  if [ "$tries" -gt 50 ]; then
    echo "the zone $1 is not served"
    journalctl -u named --since -30s -q --no-pager -o cat 2>/dev/null | grep -F "zone $1/" | tail -n 5
    exit 1
  fi
  sleep 0.2 2>/dev/null || { sleep 1; tries=$((tries + 4)); }
done
`;
