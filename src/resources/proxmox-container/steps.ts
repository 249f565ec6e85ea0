// The API calls that make a container as desired, in order; each is awaited to the end of its task.
import { type Change, highestRisk, type Known } from "../../model/kind.ts";
import type { Api } from "../../model/step.ts";
import { call, guestPath, intoPool } from "../proxmox/cluster.ts";
import { described } from "../proxmox/mark.ts";
import { grow, turnedOff, turnedOn } from "../proxmox/power.ts";
import type { ProxmoxContainer } from "./desired.ts";
import { mountFound, mountOf, mountRewritten, mountText, placedIn } from "./mounts.ts";
import type { ContainerActual } from "./probe.ts";
import { configOf, configOver } from "./settings.ts";

/** How long a container may take to shut down before it is told to be off. */
const shutdownSeconds = 60;

interface Here {
  readonly at: string;
  readonly actual: ContainerActual;
  /** As the server has it. */
  readonly config: Readonly<Record<string, string>>;
  /** In the care of HA. */
  readonly managed: boolean;
  readonly changed: ReadonlySet<string>;
}

export function steps(desired: ProxmoxContainer, found: Known<ContainerActual>, { changes }: { readonly changes: readonly Change[] }): readonly Api[] {
  if (changes.length === 0) return [];
  if (found.found === "absent") return made(desired);
  const here = hereOf(desired, found, changes);
  if (desired.absent === true) return gone(desired, here);
  const { at, actual, changed } = here;
  const restart = actual.running && desired.running !== false && highestRisk(changes) === "reboot";
  return [
    ...settings(desired, here),
    ...when(changed.has("disk"), () => [grow(desired.cluster, at, { slot: "rootfs", size: desired.disk ?? 1 })]),
    ...mounts(desired, here),
    ...when(changed.has("pool"), () => [intoPool(desired.cluster, desired)]),
    ...when(restart, () => [...off(desired, here), ...on(desired, here)]),
    ...when(changed.has("running"), () => (desired.running === true ? on : off)(desired, here)),
  ];
}

function hereOf(desired: ProxmoxContainer, { actual, evidence = {} }: Extract<Known<ContainerActual>, { found: "present" }>, changes: readonly Change[]): Here {
  const { node = desired.node, config = {}, managed } = evidence;
  const changed = new Set(changes.map(({ property }) => property));
  return { at: guestPath(String(node), "lxc", desired.id), actual, config: config as Here["config"], managed: managed === true, changed };
}

function when(holds: boolean, steps: () => readonly Api[]): readonly Api[] {
  return holds ? steps() : [];
}

// The mark is in the call that makes it: whoever comes after a run that died finds it. Another run that makes it now makes the same, or somebody else's.
function made(desired: ProxmoxContainer): readonly Api[] {
  const { cluster, id, node, name, description, ostemplate, storage = "", disk, keys, password, pool, privileged = false } = desired;
  const at = guestPath(node, "lxc", id);
  const systems = Object.fromEntries(placedIn({}, desired).map((one) => [one.slot, mountOf(one, storage)]));
  const login = { ...(keys === undefined ? {} : { "ssh-public-keys": keys.join("\n") }), ...(password === undefined ? {} : { password }) };
  const first = { vmid: id, ostemplate, rootfs: `${storage}:${disk}`, unprivileged: !privileged };
  const body = { ...first, ...withoutEmpty(configOf(desired)), ...systems, ...login, ...(pool === undefined ? {} : { pool }) };
  const create: Api = {
    ...call(cluster, { title: `create from ${ostemplate}`, method: "POST", path: `/nodes/${encodeURIComponent(node)}/lxc`, body }),
    otherwise: { path: `${at}/config`, until: { lock: null, description: described(name, description) } },
  };
  return desired.running === true ? [create, ...turnedOn({ cluster, at, managed: false })] : [create];
}

function withoutEmpty(config: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== ""));
}

// A setting that is empty is one that is not there.
function settings(desired: ProxmoxContainer, { at, actual, changed }: Here): readonly Api[] {
  const due = Object.entries(configOver(desired, actual.settings)).filter(([key]) => changed.has(key));
  const set = due.filter(([, value]) => value !== "");
  const unset = due.flatMap(([key, value]) => (value === "" ? [key] : []));
  if (due.length === 0) return [];
  const body = { ...Object.fromEntries(set), ...(unset.length === 0 ? {} : { delete: unset.join(",") }) };
  return [call(desired.cluster, { title: `set ${due.map(([key]) => key).join(", ")}`, method: "PUT", path: `${at}/config`, body })];
}

function mounts(desired: ProxmoxContainer, { at, config, changed }: Here): readonly Api[] {
  const due = placedIn(config, desired).filter(({ name }) => changed.has(name));
  return due.flatMap((one) => {
    const { slot, path, mount } = one;
    const found = config[slot];
    const put = (title: string, value: string): Api => call(desired.cluster, { title, method: "PUT", path: `${at}/config`, body: { [slot]: value } });
    if (found === undefined) return [put(`add ${slot} at ${path}`, mountOf(one, desired.storage ?? ""))];
    const moved = mountFound(found).replace(/^\S+/, "") !== mountText(one).replace(/^\S+/, "");
    const larger = Number.parseInt(mountFound(found), 10) < mount.size;
    return [
      ...(moved ? [put(`set the options of ${slot}`, mountRewritten(found, one))] : []),
      ...(larger ? [grow(desired.cluster, at, { slot, size: mount.size })] : []),
    ];
  });
}

function gone(desired: ProxmoxContainer, here: Here): readonly Api[] {
  const destroy = call(desired.cluster, { title: "destroy", method: "DELETE", path: here.at, body: { purge: true, "destroy-unreferenced-disks": true } });
  return here.actual.running ? [...off(desired, here), destroy] : [destroy];
}

function on({ cluster }: ProxmoxContainer, { at, managed }: Here): readonly Api[] {
  return turnedOn({ cluster, at, managed });
}

function off({ cluster }: ProxmoxContainer, { at, managed }: Here): readonly Api[] {
  return turnedOff({ cluster, at, managed }, shutdownSeconds);
}
