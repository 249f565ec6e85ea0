// Containers of the double: what PVE 9.2 asks of them beyond virtual machines, and what it refuses.
import { type At, type Call, type DoubleGuest, type Reply, refuse, refuseParameter, task } from "./state.ts";

/** PVE::LXC::Config, vmconfig_hotplug_pending: what a running container gets at once. */
export const liveInContainer = /^(description|onboot|startup|protection|hostname|cores|tags|memory|swap|net\d+|mp\d+)$/;

const known =
  /^(vmid|ostemplate|hostname|description|cores|memory|swap|onboot|protection|tags|features|nameserver|searchdomain|net\d+|rootfs|mp\d+|unprivileged|ssh-public-keys|password|pool|startup)$/;

export function createContainer({ params }: Call, { on, node }: At): Reply {
  const { vmid = "", ostemplate, pool, password, "ssh-public-keys": _, ...config } = params;
  const id = Number(vmid);
  const unknown = Object.keys(params).find((key) => !known.test(key));
  if (unknown !== undefined) return refuseParameter(unknown, "property is not defined in schema and the schema does not allow additional properties");
  if (ostemplate === undefined) return refuseParameter("ostemplate", "property is missing and it is not optional");
  if (password !== undefined && password.length < 5) return refuseParameter("password", "value must be at least 5 characters long");
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

/** There is no asynchronous change of a container. */
export function wrongInContainer({
  values,
  method,
  gone,
}: {
  readonly values: Readonly<Record<string, string>>;
  readonly method: string;
  readonly gone: string;
}): Reply | undefined {
  if (method === "POST") return { status: 501, message: "Method 'POST /nodes/{node}/lxc/{vmid}/config' not implemented" };
  const unknown = [...Object.keys(values), ...gone.split(",").filter((key) => key !== "")].find((key) => !known.test(key));
  if (unknown !== undefined) return refuseParameter(unknown, "property is not defined in schema and the schema does not allow additional properties");
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
