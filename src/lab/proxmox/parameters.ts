// Every route of the double with the parameters that PVE 9.2.11 knows for it; what it does not know it refuses, as it refuses what is of the wrong type.
import { configId, container, dnsName, id, machine, poolId, storageId } from "./guest-parameters.ts";
import { anything, each, flag, long, missing, oneOf, parts, type Rules, ruleOf, shaped, unknown, whole } from "./rules.ts";
import type { Call, Reply } from "./state.ts";

/** What a method takes; `!` stands behind the names of those that it needs. */
interface Route {
  readonly rules: Rules;
  readonly needed: readonly string[];
}

function takes(rules: Rules): Route {
  const names = Object.entries(rules).map(([name, rule]) => [name.replace(/!$/, ""), rule] as const);
  return { rules: Object.fromEntries(names), needed: Object.keys(rules).flatMap((name) => (name.endsWith("!") ? [name.slice(0, -1)] : [])) };
}

const nothing: Rules = {};
const digest = long(64);
const changing: Rules = { digest: long(40), delete: anything, revert: anything };
const size = shaped(/^\+?\d+(\.\d+)?[KMGT]?$/);
const snapname = long(40);
const [pciId, pciPath] = [shaped(/^[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}$/), shaped(/^([a-f0-9]{4,}:[a-f0-9]{2}:[a-f0-9]{2}(\.[a-f0-9])?;?)+$/)];
const mapping: Rules = { description: long(4096), mdev: flag, "live-migration-capable": flag };
const map = parts({ id: pciId, iommugroup: whole(), node: anything, path: pciPath, "subsystem-id": pciId });
const care: Rules = {
  comment: long(4096),
  failback: flag,
  group: configId,
  max_relocate: whole(0),
  max_restart: whole(0),
  state: oneOf("started stopped enabled disabled ignored"),
};
const ceph: Rules = {
  ...{ application: oneOf("rbd cephfs rgw"), crush_rule: anything, min_size: whole(1, 7), size: whole(1, 7), pg_autoscale_mode: oneOf("on off warn") },
  ...{ pg_num: whole(1, 32_768), pg_num_min: whole(undefined, 32_768), target_size: anything, target_size_ratio: anything },
};
const file: Rules = { checksum: anything, "checksum-algorithm": oneOf("md5 sha1 sha224 sha256 sha384 sha512"), "content!": oneOf("iso vztmpl import") };
const allocating: Rules = { ...{ "vmid!": id, pool: poolId, storage: storageId, bwlimit: whole(0) }, ...each(flag, "start unique ha-managed") };
const disks = (names: RegExp): Rules => ({
  "disk!": (value) => (names.test(value) ? undefined : `value '${value}' does not have a value in the enumeration`),
  "size!": size,
  digest: long(40),
});
const qemu = "/nodes/*/qemu/*";
const lxc = "/nodes/*/lxc/*";

const routes: Readonly<Record<string, Route>> = Object.fromEntries(
  Object.entries<Rules>({
    "GET /version": nothing,
    "GET /nodes": nothing,
    "GET /cluster/status": nothing,
    "GET /access/permissions": { path: anything, userid: anything },
    "POST /access/ticket": { "username!": long(64), "password!": anything, "new-format": flag, ...each(anything, "otp path privs realm tfa-challenge") },
    "GET /cluster/resources": { type: oneOf("vm storage node sdn") },
    "GET /cluster/nextid": { vmid: id },
    "POST /cluster/ha/resources": { ...care, "sid!": anything, type: oneOf("ct vm") },
    "GET /cluster/ha/resources/*": nothing,
    "PUT /cluster/ha/resources/*": { ...care, delete: anything, digest },
    "DELETE /cluster/ha/resources/*": { purge: flag },
    "GET /cluster/mapping/pci": { "check-node": anything },
    "POST /cluster/mapping/pci": { ...mapping, "id!": configId, "map!": map },
    "PUT /cluster/mapping/pci/*": { ...mapping, map, delete: anything, digest },
    "DELETE /cluster/mapping/pci/*": nothing,
    "GET /pools": { poolid: poolId, type: oneOf("qemu lxc storage") },
    "POST /pools": { "poolid!": poolId, comment: anything },
    "PUT /pools": { "poolid!": poolId, "allow-move": flag, comment: anything, delete: flag, storage: anything, vms: shaped(/^\d+([,; ]\d+)*$/) },
    "DELETE /pools": { "poolid!": poolId },
    "GET /nodes/*/tasks": {
      ...{ source: oneOf("archive active all"), errors: flag, limit: whole(0), start: whole(0), since: whole(), until: whole(), vmid: id },
      ...each(anything, "statusfilter typefilter userfilter"),
    },
    "GET /nodes/*/tasks/*/status": nothing,
    "GET /nodes/*/tasks/*/log": { download: flag, limit: whole(0), start: whole(0) },
    "GET /nodes/*/network": {
      type: oneOf("bridge bond eth alias vlan fabric OVSBridge OVSBond OVSPort OVSIntPort vnet any_bridge any_local_bridge include_sdn"),
    },
    "GET /nodes/*/hardware/pci": { "pci-class-blacklist": anything, verbose: flag },
    "GET /nodes/*/storage": { content: anything, enabled: flag, format: flag, storage: storageId, target: anything },
    "GET /nodes/*/storage/*/content": { content: anything, vmid: id },
    "DELETE /nodes/*/storage/*/content/*": { delay: whole(1, 30) },
    "POST /nodes/*/storage/*/download-url": {
      ...file,
      "filename!": long(255),
      "url!": shaped(/^https?:\/\/.*$/),
      compression: anything,
      "verify-certificates": flag,
    },
    "POST /nodes/*/storage/*/upload": { ...file, tmpfilename: anything },
    "GET /nodes/*/ceph/status": nothing,
    "GET /nodes/*/ceph/pool": nothing,
    "POST /nodes/*/ceph/pool": { ...ceph, "name!": shaped(/^[^:/\s]+$/), add_storages: flag, "erasure-coding": anything },
    "PUT /nodes/*/ceph/pool/*": ceph,
    "DELETE /nodes/*/ceph/pool/*": each(flag, "force remove_ecprofile remove_storages"),
    "POST /nodes/*/qemu": { ...machine, ...allocating, archive: long(255), "import-working-storage": storageId, "live-restore": flag },
    [`DELETE ${qemu}`]: each(flag, "destroy-unreferenced-disks purge skiplock"),
    [`GET ${qemu}/config`]: { current: flag, snapshot: snapname },
    [`PUT ${qemu}/config`]: { ...machine, ...changing },
    [`POST ${qemu}/config`]: { ...machine, ...changing, background_delay: whole(1, 30), "import-working-storage": storageId },
    [`GET ${qemu}/pending`]: nothing,
    [`GET ${qemu}/status/current`]: nothing,
    [`POST ${qemu}/status/start`]: {
      ...{ skiplock: flag, timeout: whole(0), "with-conntrack-state": flag },
      ...each(anything, "force-cpu machine migratedfrom migration_network migration_type nets-host-mtu stateuri targetstorage"),
    },
    [`POST ${qemu}/status/stop`]: { ...each(flag, "keepActive overrule-shutdown skiplock"), migratedfrom: anything, timeout: whole(0) },
    [`POST ${qemu}/status/shutdown`]: { ...each(flag, "forceStop keepActive skiplock"), timeout: whole(0) },
    [`POST ${qemu}/status/reboot`]: { timeout: whole(0) },
    [`POST ${qemu}/clone`]: {
      ...{ "newid!": id, name: dnsName, description: anything, full: flag, format: oneOf("raw qcow2 vmdk"), storage: storageId, pool: poolId },
      ...{ target: anything, snapname, bwlimit: whole(0) },
    },
    [`POST ${qemu}/template`]: { disk: anything },
    [`PUT ${qemu}/resize`]: { ...disks(/^(ide[0-3]|scsi([0-9]|[12][0-9]|30)|virtio([0-9]|1[0-5])|sata[0-5]|efidisk0|tpmstate0)$/), skiplock: flag },
    [`GET ${qemu}/snapshot`]: nothing,
    [`POST ${qemu}/snapshot`]: { "snapname!": snapname, description: anything, vmstate: flag },
    [`DELETE ${qemu}/snapshot/*`]: { force: flag },
    [`POST ${qemu}/snapshot/*/rollback`]: { start: flag },
    [`GET ${qemu}/feature`]: { "feature!": oneOf("snapshot clone copy"), snapname },
    [`GET ${qemu}/agent/file-read`]: { "file!": anything, count: whole(1, 16_777_216), offset: whole(0), decode: flag },
    [`GET ${qemu}/agent/network-get-interfaces`]: nothing,
    "POST /nodes/*/lxc": {
      ...{ ...container, ...allocating, "ostemplate!": long(255), password: long(Number.POSITIVE_INFINITY, 5), "ssh-public-keys": anything },
      ...each(flag, "force ignore-unpack-errors restore"),
    },
    [`DELETE ${lxc}`]: each(flag, "destroy-unreferenced-disks force purge"),
    [`GET ${lxc}/config`]: { current: flag, snapshot: snapname },
    [`PUT ${lxc}/config`]: { ...container, ...changing },
    [`GET ${lxc}/interfaces`]: nothing,
    [`GET ${lxc}/pending`]: nothing,
    [`GET ${lxc}/status/current`]: nothing,
    [`POST ${lxc}/status/start`]: each(flag, "debug skiplock"),
    [`POST ${lxc}/status/stop`]: each(flag, "overrule-shutdown skiplock"),
    [`POST ${lxc}/status/shutdown`]: { forceStop: flag, timeout: whole(0) },
    [`POST ${lxc}/status/reboot`]: { timeout: whole(0) },
    [`PUT ${lxc}/resize`]: disks(/^(rootfs|mp([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]))$/),
  }).map(([route, rules]) => [route, takes(rules)]),
);

/** All routes, `GET /nodes/*` and so on. */
export const routeNames: readonly string[] = Object.keys(routes);

/** Why a call is refused before anybody looks at what it would do; undefined where it is as the API's schema has it. */
export function refusedCall(call: Pick<Call, "method" | "path" | "lists">): Reply | undefined {
  const route = routeOf(call);
  if (route === undefined) return { status: 501, message: `Method '${call.method} ${call.path}' not implemented` };
  const { rules, needed } = route;
  const given = Object.entries(call.lists).flatMap(([name, values]) => wrongIn(name, values, rules));
  const lacking = needed.filter((name) => call.lists[name] === undefined).map((name) => [name, missing] as const);
  const errors = Object.fromEntries([...given, ...lacking, ...goneWrong(call, rules)].map(([name, text]) => [name, `${text}\n`]));
  return Object.keys(errors).length === 0 ? undefined : { status: 400, message: "Parameter verification failed.", errors };
}

function routeOf({ method, path }: Pick<Call, "method" | "path">): Route | undefined {
  const words = path.split("/");
  const name = routeNames.find((route) => {
    const [verb, template = ""] = route.split(" ");
    const pattern = template.split("/");
    return verb === method && pattern.length === words.length && pattern.every((word, index) => word === "*" || word === words[index]);
  });
  return name === undefined ? undefined : routes[name];
}

type Wrong = readonly [name: string, text: string];

function wrongIn(name: string, values: readonly string[], rules: Rules): readonly Wrong[] {
  const rule = ruleOf(rules, name);
  if (rule === undefined) return [[name, unknown]];
  return values.flatMap((value) => rule(value) ?? []).map((text): Wrong => [name, text]);
}

// Of a guest's settings only those can go that there may be, and none that is set by the same call.
function goneWrong({ path, lists }: Pick<Call, "path" | "lists">, rules: Rules): readonly Wrong[] {
  if (!path.endsWith("/config")) return [];
  const gone = (lists["delete"] ?? []).flatMap((names) => names.split(/[,; ]+/)).filter((name) => name !== "");
  const wrong = gone.flatMap((name) => {
    if (ruleOf(rules, name) === undefined) return [`unknown option '${name}'`];
    return lists[name] === undefined ? [] : [`you can't use '-${name}' and -delete ${name}' at the same time`];
  });
  return wrong.slice(0, 1).map((text): Wrong => ["delete", text]);
}
