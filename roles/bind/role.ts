// A name server: BIND with zones that follow from the inventory.
import {
  bindConfig,
  bindRecords,
  bindTools,
  bindZone,
  command,
  defineRole,
  directory,
  file,
  fqdn,
  localKeyFile,
  packages,
  type Resource,
  service,
  unitOf,
  type ZoneRecord,
} from "hlx";
import { claimsOf } from "./claims.ts";
import { keysConf, keysFile, localKey, namedConf, primaryFile, type Section, servedZones } from "./config.ts";
import type { Place } from "./names.ts";
import { type BindParams, params } from "./params.ts";
import { isPrimary, recordsFor, soaOf, type Zone, zonesOf } from "./zones.ts";

export default defineRole({
  name: "bind",
  summary: "A name server (BIND): zones that follow from the inventory and records of your own, secondaries, forwarders, views, keys.",
  params,
  declare({ params, host, inventory }) {
    const place = { host, inventory };
    const sections = sectionsOf(params, place);
    const keys = keyResources(params, sections);
    const config = bindConfig({ content: namedConf(params, sections, place), zones: servedZones(sections) });
    return [
      packages(["bind9", "bind9-dnsutils", "bind9-utils"], { provides: [unitOf("named"), bindTools] }),
      directory({ path: "/etc/bind/hlx", mode: "0750", group: "bind" }),
      directory({ path: "/var/lib/bind/hlx" }),
      ...keys,
      ...sections.flatMap(({ zones }) => zones.filter(isPrimary).map((zone) => beforehand(zone, zones, place))),
      config,
      service({ unit: "named", reloadOn: [...keys, config] }),
      ...sections.flatMap(({ zones }) => zones.filter(isDynamic).map((zone) => updated(zone, zones, place))),
    ];
  },
  claims({ params, host, inventory }) {
    const place = { host, inventory };
    return claimsOf(params, place, () => sectionsOf(params, place));
  },
});

function sectionsOf(params: BindParams, place: Place): readonly Section[] {
  const { views, zones } = params;
  if (views === undefined) return [{ clients: ["any"], zones: zonesOf(zones, place) }];
  if (Object.keys(zones).length > 0) throw new Error("there are views: zones stand in them, not beside them");
  return Object.entries(views).map(([view, { zones: own, ...rest }]) => ({ view, ...rest, zones: zonesOf(own, place, view) }));
}

function keyResources(params: BindParams, sections: readonly Section[]): readonly Resource[] {
  const local = sections.map(({ view }) => {
    const path = localKeyFile(view);
    return command({ name: `make the key ${localKey(view)}`, script: makeKey, args: [localKey(view), path], creates: path });
  });
  if (Object.keys(params.keys).length === 0) return local;
  return [...local, file({ path: keysFile, content: keysConf(params.keys), mode: "0640", group: "bind", validate: ["named-checkconf", "%s"] })];
}

// It never leaves the host: hlx uses it over the loopback, to read zones and to update them.
const makeKey = `umask 077
new=$(mktemp "$2.XXXXXX") || exit
trap 'rm -f "$new"' EXIT
tsig-keygen -a hmac-sha256 "$1" >"$new" && chown root:bind "$new" && chmod 0640 "$new" && mv -f "$new" "$2"`;

/** What must be there before the configuration names the zone: its file. */
function beforehand(zone: Zone, others: readonly Zone[], place: Place): Resource {
  if (isDynamic(zone)) return seed(zone, others, place);
  const { ttl, serial, dnssec } = zone.params;
  const signed = dnssec === undefined ? {} : { signed: true };
  return bindZone({ ...named(zone), ttl, serial, ...signed, soa: soaOf(zone, place), records: recordsFor(zone, others, place) });
}

function updated(zone: Zone, others: readonly Zone[], place: Place): Resource {
  const { ttl, purge } = zone.params;
  return bindRecords({ ...named(zone), ttl, purge, records: recordsFor(zone, others, place) });
}

// A dynamic zone begins with its servers; one that is served from another file begins with what is in that.
function seed(zone: Zone, others: readonly Zone[], place: Place): Resource {
  const [soa, origin] = [soaOf(zone, place), `${zone.zone}.`];
  const records = recordsFor(zone, others, place);
  const servers = new Set(records.filter(({ type }) => type === "NS").map(({ data }) => data));
  const first = records.filter(({ name, type }) => type === "NS" || ((type === "A" || type === "AAAA") && servers.has(`${fqdn(name, zone.zone)}.`)));
  const lines = first.map((record) => lineOf(record, zone));
  const start = `${origin} ${zone.params.ttl} IN SOA ${soa.mname}. ${soa.rname}. 1 ${soa.refresh} ${soa.retry} ${soa.expire} ${soa.minimum}`;
  const path = primaryFile(zone);
  return command({
    name: `begin the zone ${zone.view === undefined ? zone.zone : `${zone.zone} IN ${zone.view}`}`,
    script: seedZone,
    args: [zone.zone, zone.view ?? "", path],
    creates: path,
    stdin: [start, ...lines, ""].join("\n"),
  });
}

const seedZone = `LC_ALL=C; export LC_ALL
umask 077
zone=$1 view=$2 file=$3
new=$(mktemp /var/lib/bind/hlx/.new.XXXXXX) || exit
trap 'rm -f "$new"' EXIT
cat >"$new"
served=$(rndc zonestatus "$zone" \${view:+IN "$view"} 2>/dev/null | sed -n 's/^files: //p')
if [ -n "$served" ] && [ "$served" != "$file" ] && [ -f "$served" ]; then
  rndc sync "$zone" \${view:+IN "$view"} 2>/dev/null
  named-compilezone -q -j -o "$new" "$zone" "$served" || exit
else
  named-checkzone -q -i local "$zone" "$new" || { named-checkzone -i local "$zone" "$new"; exit 1; }
fi
chown bind:bind "$new" && chmod 0644 "$new" && mv -f "$new" "$file"`;

function lineOf({ name, type, data }: ZoneRecord, { zone, params }: Zone): string {
  return `${fqdn(name, zone)}. ${params.ttl} IN ${type} ${data}`;
}

function isDynamic(zone: Zone): boolean {
  return isPrimary(zone) && zone.params.mode === "dynamic";
}

function named({ zone, view }: Zone): { readonly zone: string; readonly view?: string } {
  return view === undefined ? { zone } : { zone, view };
}
