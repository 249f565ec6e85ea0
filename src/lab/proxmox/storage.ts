// What the double of Proxmox holds beside guests: storages and their files, pools, mappings of PCI devices, Ceph. As PVE 9.2 answers, refusals included.
import { may } from "./access.ts";
import { modified, sha1 } from "./config.ts";
import { joinPool } from "./ha.ts";
import { networkRows } from "./network.ts";
import { type At, type Call, type On, type Reply, refuse, refuseParameter, task } from "./state.ts";

export interface Held {
  /** The same on every node. */
  readonly storages: Map<string, { readonly content: readonly string[]; readonly shared?: true }>;
  readonly volumes: { readonly node: string; readonly volid: string; readonly size: number }[];
  /** What the nodes can download, with its checksum. */
  readonly web: Map<string, string>;
  readonly comments: Map<string, string>;
  readonly poolStorages: Map<string, Set<string>>;
  readonly mappings: Map<string, { map: readonly string[]; description?: string; mdev?: string }>;
  /** Of the cluster's SDN, with their zones. */
  readonly vnets: Map<string, string>;
  readonly devices: Map<string, readonly Record<string, unknown>[]>;
  /** Undefined where Ceph is not installed. */
  ceph: { health: string; readonly checks: Record<string, string>; readonly pools: Map<string, Record<string, string>> } | undefined;
}

export function newHeld(): Held {
  const gpu = {
    id: "0000:42:00.0",
    class: "0x030000",
    vendor: "0x10de",
    device: "0x2684",
    subsystem_vendor: "0x1043",
    subsystem_device: "0x88a9",
    iommugroup: 14,
  };
  const hba = { id: "0000:02:00.0", class: "0x010700", vendor: "0x1000", device: "0x0072", iommugroup: -1 };
  return {
    storages: new Map([
      ["local", { content: ["iso", "vztmpl", "import", "snippets"] }],
      ["thin", { content: ["images", "rootdir"] }],
      ["plain", { content: ["iso", "vztmpl", "backup"] }],
      ["nfs", { content: ["iso", "import"], shared: true as const }],
    ]),
    volumes: [],
    web: new Map(),
    comments: new Map(),
    poolStorages: new Map(),
    mappings: new Map(),
    vnets: new Map(),
    devices: new Map([
      ["pve1", [gpu]],
      ["pve2", [hba]],
    ]),
    ceph: undefined,
  };
}

/** What of a node's API is about storages, devices and Ceph; undefined for everything else. */
export function onHeld(call: Call, at: At): Reply | undefined {
  const { held } = at.on.double;
  const [, storage = "", part = ""] = /^\/storage\/([^/]+)(\/.*)?$/.exec(at.rest) ?? [];
  if (storage !== "") return onStorage(call, { ...at, storage, part });
  if (at.rest === "/storage")
    return {
      data: [...held.storages]
        .filter(([name]) => may(at.on.double, `/storage/${name}`, ["Datastore.Audit", "Datastore.AllocateSpace"]))
        .map(([name, { content, shared }]) => ({
          storage: name,
          content: content.join(","),
          shared: Number(shared === true),
          active: 1,
        })),
    };
  if (at.rest === "/network") return networkRows(call, at.on);
  if (at.rest === "/hardware/pci") return { data: held.devices.get(at.node) ?? [] };
  return at.rest.startsWith("/ceph/") ? onCeph(call, at) : undefined;
}

interface AtStorage extends At {
  readonly storage: string;
  readonly part: string;
}

function onStorage(call: Call, at: AtStorage): Reply {
  const { held } = at.on.double;
  const known = held.storages.get(at.storage);
  if (known === undefined) return refuse(`storage '${at.storage}' does not exist`);
  const here = held.volumes.filter(({ node, volid }) => volid.startsWith(`${at.storage}:`) && (known.shared === true || node === at.node));
  switch (`${call.method} ${at.part.split("/").slice(0, 2).join("/")}`) {
    case "GET /content":
      return { data: here.map(({ volid, size }) => ({ volid, size, content: "import", format: "qcow2", ctime: Date.now() })) };
    case "POST /download-url":
      return download(call, at, known.content);
    case "POST /upload":
      return upload(call, at, known.content);
    case "DELETE /content":
      return remove(decodeURIComponent(at.part.replace("/content/", "")), at);
    default:
      return { status: 501, message: `Method '${call.method} ${call.path}' not implemented` };
  }
}

function download({ params }: Call, at: AtStorage, content: readonly string[]): Reply {
  const { content: sort = "", filename = "", url = "", checksum, "checksum-algorithm": algorithm } = params;
  if ((checksum === undefined) !== (algorithm === undefined))
    return refuseParameter("checksum", "missing property - 'checksum-algorithm' requires this property");
  const wrong = wrongName(sort, filename);
  if (wrong !== undefined) return wrong;
  if (!content.includes(sort)) return refuse(`storage '${at.storage}' is not configured for content-type '${sort}'`);
  const volid = `${at.storage}:${sort}/${filename}`;
  const { held } = at.on.double;
  const end = (exit: string): Reply => task("download", { ...at, id: filename }, { exit });
  if (held.volumes.some((volume) => volume.volid === volid && volume.node === at.node))
    return end(`refusing to override existing file '/var/lib/vz/${sort}/${filename}'`);
  const there = held.web.get(url);
  if (there === undefined) return end(`download failed: 404 Not Found`);
  if (checksum !== undefined && there !== checksum) return end(`checksum mismatch: got '${there}' != expect '${checksum}'`);
  const finish = (): void => void held.volumes.push({ node: at.node, volid, size: 2 ** 31 });
  return task("download", { ...at, id: filename }, { finish });
}

// An existing file is overwritten without a word.
function upload({ params, file }: Call, at: AtStorage, content: readonly string[]): Reply {
  const { content: sort = "", checksum } = params;
  if (file === undefined) return refuseParameter("filename", "property is missing and it is not optional");
  const wrong = wrongName(sort, file.name);
  if (wrong !== undefined) return wrong;
  if (!content.includes(sort)) return refuse(`can't upload to storage type 'dir', not configured for content-type '${sort}'`);
  if (checksum !== undefined && checksum !== file.sha256)
    return task("imgcopy", { ...at, id: at.storage }, { exit: `checksum mismatch: got '${file.sha256}' != expect '${checksum}'` });
  const volid = `${at.storage}:${sort}/${file.name}`;
  at.on.double.held.volumes.push({ node: at.node, volid, size: file.size });
  return task("imgcopy", { ...at, id: at.storage });
}

function wrongName(sort: string, filename: string): Reply | undefined {
  const ends = { import: /\.(ova|qcow2|raw|vmdk)$/, iso: /\.(iso|img)$/i, vztmpl: /\.tar\.(gz|xz|zst|bz2)$/ }[sort];
  return ends?.test(filename) === true ? undefined : refuseParameter("filename", `invalid filename or wrong extension`);
}

function remove(volid: string, at: AtStorage): Reply {
  const { volumes } = at.on.double.held;
  const index = volumes.findIndex((volume) => volume.volid === volid);
  if (index < 0) return refuse(`volume '${volid}' does not exist`);
  volumes.splice(index, 1);
  return task("imgdel", { ...at, id: at.storage });
}

export function onPools({ method, params, path }: Call, on: On): Reply {
  const { pools, held } = on.double;
  const { poolid = "" } = params;
  if (method === "GET" && poolid === "")
    return { data: [...pools].filter((id) => may(on.double, `/pool/${id}`, ["Pool.Audit"])).map((id) => ({ poolid: id, comment: held.comments.get(id) })) };
  if (method === "POST") {
    if (pools.has(poolid)) return refuse(`pool '${poolid}' already exists`);
    pools.add(poolid);
    held.comments.set(poolid, params["comment"] ?? "");
    return { data: null };
  }
  if (!pools.has(poolid)) return refuse(`no such pool '${poolid}'`);
  if (method === "GET") return { data: [{ poolid, comment: held.comments.get(poolid), members: membersOf(poolid, on) }] };
  return method === "DELETE" ? removePool(poolid, on) : setPool({ method, path, params, lists: {} }, on);
}

function setPool({ method, path, params }: Call, on: On): Reply {
  const { poolid = "", comment, storage, delete: taking } = params;
  const { held } = on.double;
  if (comment !== undefined) held.comments.set(poolid, comment);
  for (const each of storage?.split(",") ?? []) change(held.poolStorages, { poolid, each, gone: taking === "1" });
  return (params["vms"] ?? "")
    .split(",")
    .filter((id) => id !== "")
    .reduce<Reply>((reply, vms) => ("status" in reply ? reply : member({ method, path, params: { ...params, vms }, lists: {} }, on)), { data: null });
}

function change(storages: Held["poolStorages"], { poolid, each, gone }: { readonly poolid: string; readonly each: string; readonly gone: boolean }): void {
  const held = storages.get(poolid) ?? new Set();
  if (gone) held.delete(each);
  else held.add(each);
  storages.set(poolid, held);
}

function member(call: Call, on: On): Reply {
  const guest = on.double.guests.get(Number(call.params["vms"]));
  if (call.params["delete"] !== "1" || guest === undefined) return joinPool(call, on);
  delete guest.pool;
  return { data: null };
}

function membersOf(poolid: string, { double }: On): readonly object[] {
  const guests = [...double.guests].filter(([, guest]) => guest.pool === poolid).map(([vmid, { node }]) => ({ id: `qemu/${vmid}`, type: "qemu", vmid, node }));
  const storages = [...(double.held.poolStorages.get(poolid) ?? [])].map((storage) => ({
    id: `storage/pve1/${storage}`,
    type: "storage",
    storage,
    node: "pve1",
  }));
  return [...guests, ...storages];
}

function removePool(poolid: string, on: On): Reply {
  if (membersOf(poolid, on).length > 0) return refuse(`pool '${poolid}' is not empty`);
  on.double.pools.delete(poolid);
  return { data: null };
}

export function onMappings(call: Call, { double }: On): Reply {
  const { mappings } = double.held;
  const { method, params, lists } = call;
  if (method === "GET") {
    const seen = [...mappings].filter(([name]) => may(double, `/mapping/pci/${name}`, ["Mapping.Audit", "Mapping.Use", "Mapping.Modify"]));
    return { data: seen.map(([name, mapping]) => ({ id: name, type: "pci", digest: sha1([...mappings]), ...mapping })) };
  }
  if ((lists["map"] ?? []).some(isNoMap)) return refuseParameter("map", `invalid format - format error\nmap.id: property is missing and it is not optional`);
  if (method === "POST") {
    if (mappings.has(params["id"] ?? "")) return refuse(`mapping '${params["id"]}' already defined`);
    mappings.set(params["id"] ?? "", mappingOf(params, lists));
    return { data: null };
  }
  return setMapping(call, mappings);
}

function setMapping({ method, path, params, lists }: Call, mappings: Held["mappings"]): Reply {
  const id = decodeURIComponent(path.replace(/^\/cluster\/mapping\/pci\/?/, ""));
  const known = mappings.get(id);
  if (known === undefined) return refuse(`no such resource '${id}'`);
  if (params["digest"] !== undefined && params["digest"] !== sha1([...mappings])) return refuse(modified);
  if (method === "DELETE") mappings.delete(id);
  else mappings.set(id, { ...known, ...mappingOf(params, lists) });
  return { data: null };
}

function isNoMap(entry: string): boolean {
  return !/(^|,)id=[0-9a-f]{4}:[0-9a-f]{4}(,|$)/.test(entry) || /(^|,)(?!id=|iommugroup=|node=|path=|subsystem-id=)[^,]/.test(entry);
}

function mappingOf({ description, mdev }: Call["params"], lists: Call["lists"]) {
  return { map: lists["map"] ?? [], ...(description === undefined ? {} : { description }), ...(mdev === undefined ? {} : { mdev }) };
}

function onCeph({ method, params }: Call, at: At): Reply {
  const { ceph } = at.on.double.held;
  if (ceph === undefined) return refuse("binary not installed: /usr/bin/ceph-mon");
  if (at.rest === "/ceph/status") {
    const checks = Object.fromEntries(Object.entries(ceph.checks).map(([code, message]) => [code, { severity: ceph.health, summary: { message, count: 1 } }]));
    return { data: { health: { status: ceph.health, checks, mutes: [] }, fsid: "x" } };
  }
  const name = params["name"] ?? decodeURIComponent(at.rest.replace(/^\/ceph\/pool\/?/, ""));
  if (method === "GET") return { data: [...ceph.pools].map(([pool_name, pool]) => rowOf(pool_name, pool)) };
  const done = (type: string): Reply => task(type, { ...at, id: name });
  if (method === "DELETE") {
    ceph.pools.delete(name);
    return done("cephdestroypool");
  }
  if (method === "POST" && ceph.pools.has(name)) return refuse(`mon_command failed - pool '${name}' already exists`);
  ceph.pools.set(name, {
    size: "3",
    min_size: "2",
    pg_num: "128",
    pg_autoscale_mode: "warn",
    crush_rule: "replicated_rule",
    application: "rbd",
    ...ceph.pools.get(name),
    ...params,
  });
  return done(method === "POST" ? "cephcreatepool" : "cephsetpool");
}

function rowOf(pool_name: string, { size, min_size, pg_num, pg_autoscale_mode, crush_rule, application = "rbd" }: Record<string, string>): object {
  return {
    pool_name,
    pool: 1,
    size: Number(size),
    min_size: Number(min_size),
    pg_num: Number(pg_num),
    pg_autoscale_mode,
    crush_rule: 0,
    crush_rule_name: crush_rule,
    application_metadata: { [application]: {} },
    type: "replicated",
  };
}
