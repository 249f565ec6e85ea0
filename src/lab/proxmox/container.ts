// Containers of the double: what PVE 9.2 asks of them beyond virtual machines, and what it refuses.
import { type At, type Call, type DoubleGuest, type Reply, refuse, task } from "./state.ts";

/** PVE::LXC::Config, vmconfig_hotplug_pending: what a running container gets at once. */
export const liveInContainer = /^(description|onboot|startup|protection|hostname|cores|tags|memory|swap|net\d+|mp\d+)$/;

export function createContainer({ params }: Call, { on, node }: At): Reply {
  const { vmid = "", ostemplate, pool, password: _, "ssh-public-keys": __, ...config } = params;
  const id = Number(vmid);
  const taken = on.double.guests.get(id);
  if (taken !== undefined) return refuse(`unable to create CT ${id} - CT ${id} already exists on node '${taken.node}'`);
  const wrong = wrongFeatures(config["features"] ?? "", config["unprivileged"] === "1");
  if (wrong !== undefined) return wrong;
  if (!on.double.held.volumes.some(({ volid }) => volid === ostemplate))
    return task("vzcreate", { on, node, id }, { exit: `volume '${ostemplate}' does not exist` });
  const whole = { arch: "amd64", ostype: "debian", ...Object.fromEntries(Object.entries(config).map(([key, value]) => [key, asWritten(value, { id, key })])) };
  const made: DoubleGuest = { node, type: "lxc", config: { lock: "create" }, running: false, pending: {}, ...(pool === undefined ? {} : { pool }) };
  on.double.guests.set(id, made);
  const finish = (): void => {
    made.config = whole;
  };
  return task("vzcreate", { on, node, id }, { finish });
}

export function wrongInContainer(values: Readonly<Record<string, string>>): Reply | undefined {
  if (values["unprivileged"] !== undefined) return refuse("Unable to modify read-only option: 'unprivileged'");
  return wrongFeatures(values["features"] ?? "", true);
}

function wrongFeatures(features: string, unprivileged: boolean): Reply | undefined {
  const others = features.split(",").filter((one) => one !== "" && !one.startsWith("nesting="));
  return others.length === 0 && (unprivileged || features === "")
    ? undefined
    : { status: 403, message: `Permission check failed (changing feature flags (except nesting) is only allowed for root@pam)` };
}

/** How a file system that is allocated is written: `thin:10` is 10 GiB. */
export function asWritten(value: string, { id, key }: { readonly id: number; readonly key: string }): string {
  const [, storage, size, rest = ""] = /^([a-z][\w-]*):(\d+)((?:,.*)?)$/.exec(value) ?? [];
  if (!/^(rootfs|mp\d+)$/.test(key) || storage === undefined) return key.startsWith("net") && !value.includes("type=") ? `${value},type=veth` : value;
  return `${storage}:subvol-${id}-disk-${key === "rootfs" ? 0 : Number(key.slice(2)) + 1}${rest},size=${size}G`;
}
