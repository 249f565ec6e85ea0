// Reads a container: where it is, what is set, and whether it is hlx's to change.
import { absent, type Found, present } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import type { GuestSeen } from "../../model/ports/proxmox.ts";
import type { Problem } from "../../model/problem.ts";
import { awayOf } from "../proxmox/away.ts";
import { wholeGuest } from "../proxmox/being-made.ts";
import { bears } from "../proxmox/mark.ts";
import { type Settings, sizeOf } from "../proxmox/properties.ts";
import type { ProxmoxContainer } from "./desired.ts";
import { mountFound, mountRest, placedIn } from "./mounts.ts";
import { configOf, settingsOf } from "./settings.ts";

export interface ContainerActual {
  /** The settings that are desired, as they are. */
  readonly settings: Settings;
  /** What nobody says of its file systems, by slot: their volumes, and options that are written along. Changed meanwhile, it must be looked at anew. */
  readonly kept?: Settings;
  /** Of its root file system, in GiB. */
  readonly disk?: number;
  /** Of those that are desired, as they are named. */
  readonly mounts: Settings;
  readonly pool?: string;
  readonly running: boolean;
  /** It bears the mark of hlx. */
  readonly ours: boolean;
  /** Of the desired settings, those that wait for its next start. */
  readonly waiting: readonly string[];
}

type Here = Extract<GuestSeen, { guest: "here" }>;

export async function probe(desired: ProxmoxContainer, on: Pick<Readers, "proxmox">): Promise<Found<ContainerActual>> {
  const seen = await wholeGuest(on, desired.cluster, desired.id);
  if (seen.guest === "absent") return absent;
  if (seen.guest === "hidden") return { found: "unknown", because: hidden(desired) };
  const problem = foreign(desired, seen) ?? busy(desired, seen) ?? fixed(desired, seen) ?? shrinking(desired, seen);
  if (problem !== undefined) return { found: "unknown", because: problem };
  return present(actualOf(desired, seen), { node: seen.node, config: seen.config, managed: seen.ha !== undefined, ...awayOf(seen) });
}

function actualOf(desired: ProxmoxContainer, { config, running, pending, pool }: Here): ContainerActual {
  const keys = Object.keys(configOf(desired));
  const disk = sizeOf(config["rootfs"]);
  const mounts = placedIn(config, desired).filter(({ slot }) => config[slot] !== undefined);
  const kept = keptOf(desired, config);
  const waits = new Map([...keys.map((key) => [key, key] as const), ...mounts.map(({ slot, name }) => [slot, name] as const)]);
  return {
    settings: settingsOf(config, keys),
    mounts: Object.fromEntries(mounts.map(({ name, slot }) => [name, mountFound(config[slot] ?? "")])),
    ...(Object.keys(kept).length === 0 ? {} : { kept }),
    running,
    ours: bears(config["description"], desired.name),
    waiting: pending.flatMap((key) => waits.get(key) ?? []),
    ...(disk === undefined ? {} : { disk }),
    ...(desired.pool === undefined || pool === undefined ? {} : { pool }),
  };
}

// Of the file systems that may be written, grown or destroyed with it.
function keptOf(desired: ProxmoxContainer, config: Here["config"]): Settings {
  const all = desired.absent === true ? Object.keys(config).filter((key) => /^(rootfs|mp\d+|unused\d+)$/.test(key)) : [];
  const slots = [...new Set([...all, ...(desired.disk === undefined ? [] : ["rootfs"]), ...placedIn(config, desired).map(({ slot }) => slot)])];
  return Object.fromEntries(slots.toSorted().flatMap((slot) => (config[slot] === undefined ? [] : [[slot, mountRest(config[slot])]])));
}

function foreign({ id, name, node: on, adopt = false }: ProxmoxContainer, { type, node, config }: Here): Problem | undefined {
  if (type === "lxc" && (adopt || bears(config["description"], name))) return undefined;
  const what = type === "qemu" ? `the virtual machine "${config["name"] ?? "without a name"}"` : `the container "${config["hostname"] ?? "without a name"}"`;
  const hint =
    type === "qemu"
      ? `choose another id for ${name}`
      : `choose another id for ${name}, or take it over if it is this one: hlx adopt ${on}/proxmox.container:${id}`;
  return { code: "failed", message: `number ${id} is ${what} on ${node}, which hlx did not make`, hint };
}

function busy({ id }: ProxmoxContainer, { lock, node }: Here): Problem | undefined {
  if (lock !== "create") return undefined;
  const hint = `if nothing works on it any more: pct unlock ${id} on ${node}, and remove what was left of it; else plan again when it is done`;
  return { code: "unknown", message: `container ${id} on ${node} is being made (lock ${lock})`, hint };
}

function fixed({ id, name, privileged, adopt = false }: ProxmoxContainer, { config }: Here): Problem | undefined {
  const is = config["unprivileged"] !== "1";
  if (adopt || (privileged ?? false) === is) return undefined;
  const message = `container ${id} is ${is ? "" : "un"}privileged, which cannot be changed once it is made`;
  return {
    code: "failed",
    message,
    hint: `write privileged: ${is} for ${name}, or make it anew from a backup: pct restore ${id} ARCHIVE --unprivileged ${Number(is)}`,
  };
}

function shrinking(desired: ProxmoxContainer, { config }: Here): Problem | undefined {
  const { id, disk } = desired;
  const further = placedIn(config, desired).map(({ slot, mount: { size } }) => [slot, size] as const);
  const all = [...(disk === undefined ? [] : [["rootfs", disk] as const]), ...further];
  const [slot, wanted] = all.find(([key, size]) => (sizeOf(config[key]) ?? 0) > size) ?? [];
  if (slot === undefined) return undefined;
  const has = sizeOf(config[slot]) ?? 0;
  const hint = `write ${slot === "rootfs" ? "disk" : "size"}: ${Math.ceil(has)}`;
  return { code: "failed", message: `${slot} of container ${id} has ${has} GiB, and ${wanted} are wanted: it never shrinks`, hint };
}

function hidden({ id }: ProxmoxContainer): Problem {
  const hint = "choose another id, or give the token rights on it: pveum acl modify /vms --tokens 'USER@REALM!NAME' --roles ROLE";
  return { code: "privilege", message: `number ${id} is taken by a guest that the token may not see`, hint };
}
