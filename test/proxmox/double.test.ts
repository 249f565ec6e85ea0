// The contract of the double: it refuses what the API of PVE 9.2 refuses (names and types checked against the dumped schema of the real one), and holds digests as it does.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Answer, type Client, type Method, openClient, type Params } from "../../src/connections/proxmox/client.ts";
import { byToken } from "../../src/connections/proxmox/login.ts";
import { type Double, proxmoxDouble } from "../../src/lab/proxmox/double.ts";
import { routeNames } from "../../src/lab/proxmox/parameters.ts";

let double: Double;
let client: Client;
const unknown = "property is not defined in schema and the schema does not allow additional properties";
const [vm, ct] = ["/nodes/pve1/qemu/514", "/nodes/pve1/lxc/300"];

beforeAll(async () => {
  double = await proxmoxDouble();
  client = openClient({
    servers: [{ host: "127.0.0.1", port: double.port, trust: { fingerprint: double.fingerprint } }],
    login: byToken(double.token),
    ...{ timeoutMs: 10_000, connectTimeoutMs: 10_000, atOnce: 4 },
  });
});
afterAll(() => {
  client.close();
  double.stop();
});
beforeEach(() => {
  double.guests.clear();
  double.guests.set(514, { node: "pve1", config: { name: "kube514", cores: "2", scsi0: "thin:vm-514-disk-0,size=10G" }, running: false, pending: {} });
  double.guests.set(300, { node: "pve1", type: "lxc", config: { hostname: "proxy", memory: "512" }, running: false, pending: {} });
  double.held.mappings.clear();
  double.ha.clear();
});

/** A route such as `PUT /nodes/*`, with its stars filled in. */
function asked(route: string, params: Params): Promise<Answer> {
  const [method = "GET", path = ""] = route.split(" ");
  return client.ask(method as Method, path.replace("/nodes/*", "/nodes/pve1").replaceAll("*", "514"), params);
}

/** What is said of each parameter; undefined where the call is not refused for one. */
async function wrong(route: string, params: Params): Promise<Readonly<Record<string, string>> | undefined> {
  const answer = await asked(route, params);
  return "failure" in answer && answer.failure.status === 400 ? answer.failure.fields : undefined;
}

describe("a parameter that the method does not know is refused", () => {
  test.each(routeNames.filter((route) => route !== "POST /access/ticket"))("%s", async (route) => {
    const before = JSON.stringify([...double.guests]);
    expect(await wrong(route, { bogus: 1 })).toMatchObject({ bogus: unknown });
    expect(JSON.stringify([...double.guests])).toBe(before);
  });
  test.each(["GET /nodes/pve1/qemu/514/nothing", "POST /nodes/pve1/lxc/300/config", "DELETE /nodes", "GET /cluster/ha/groups"])(
    "and so is a method that there is none of: %s",
    async (route) => {
      expect(await asked(route, {})).toMatchObject({ failure: { status: 501, text: expect.stringContaining("not implemented") } });
    },
  );
});

const put = `PUT ${vm}/config`;
const inContainer = `PUT ${ct}/config`;

describe("what is of the wrong type or out of its range is refused", () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    [put, "cores", "two", "type check ('integer') failed - got 'two'"],
    [put, "cores", "0", "value must have a minimum value of 1"],
    [put, "onboot", "true", "type check ('boolean') failed - got 'true'"],
    [put, "bios", "uefi", "value 'uefi' does not have a value in the enumeration 'seabios, ovmf'"],
    [put, "name", "kube_514", "invalid format - value does not look like a valid DNS name"],
    [put, "description", "x".repeat(8193), "value may only be 8192 characters long"],
    [put, "sshkeys", "ssh-ed25519 AAAA", "invalid format - invalid urlencoded string"],
    [put, "tags", "a b!", "invalid format - invalid characters in tag"],
    [
      put,
      "net0",
      "virtio=bc:24:11,bridge=vmbr0",
      "invalid format - format error\nvirtio: invalid format - value does not look like a valid unicast MAC address",
    ],
    [put, "net0", "virtio=BC:24:11:00:05:14,bridge=vmbr0,vlan=7", `invalid format - format error\nvlan: ${unknown}`],
    [put, "net0", "virtio=BC:24:11:00:05:14,tag=5000", "invalid format - format error\ntag: value must have a maximum value of 4094"],
    [put, "net32", "virtio", unknown],
    [put, "scsi31", "thin:5", unknown],
    [put, "scsi1", "thin:5,discard=yes", "invalid format - format error\ndiscard: value 'yes' does not have a value in the enumeration 'ignore, on'"],
    [put, "virtio1", "thin:5,ssd=1", `invalid format - format error\nssd: ${unknown}`],
    [put, "ipconfig0", "ip=10.0.0.5", "invalid format - format error\nip: invalid format - value does not look like a valid ipv4 network configuration"],
    [put, "startup", "order=first", "invalid format - format error\norder: type check ('integer') failed - got 'first'"],
    [put, "hostpci0", "mapping=gpu,pcie=yes", "invalid format - format error\npcie: type check ('boolean') failed - got 'yes'"],
    [put, "agent", "enabled=1,trim=1", `invalid format - format error\ntrim: ${unknown}`],
    [put, "hostname", "proxy", unknown],
    [put, "delete", "bogus", "unknown option 'bogus'"],
    ["POST /nodes/pve1/qemu", "vmid", "99", "value must have a minimum value of 100"],
    ["POST /nodes/pve1/qemu", "ostemplate", "local:vztmpl/x.tar.gz", unknown],
    [`POST ${vm}/clone`, "full", "yes", "type check ('boolean') failed - got 'yes'"],
    [`POST ${vm}/clone`, "memory", "2048", unknown],
    [`POST ${vm}/status/shutdown`, "timeout", "-1", "value must have a minimum value of 0"],
    [`PUT ${vm}/resize`, "size", "10GB", "value does not match the regex pattern"],
    [`PUT ${vm}/resize`, "disk", "rootfs", "value 'rootfs' does not have a value in the enumeration"],
    [inContainer, "memory", "8", "value must have a minimum value of 16"],
    [inContainer, "name", "proxy", unknown],
    [inContainer, "net0", "name=eth0,bridge=vmbr0,model=virtio", `invalid format - format error\nmodel: ${unknown}`],
    [inContainer, "mp0", "thin:5,mp=data", "invalid format - format error\nmp: value does not match the regex pattern"],
    [inContainer, "agent", "1", unknown],
    ["POST /nodes/pve1/lxc", "password", "1234", "value must be at least 5 characters long"],
    [
      "POST /cluster/ha/resources",
      "state",
      "running",
      "value 'running' does not have a value in the enumeration 'started, stopped, enabled, disabled, ignored'",
    ],
    ["POST /cluster/mapping/pci", "map", "id=10de:2684,node=pve1,path=42:00", "invalid format - format error\npath: value does not match the regex pattern"],
    ["PUT /pools", "allow-move", "yes", "type check ('boolean') failed - got 'yes'"],
    ["POST /nodes/pve1/storage/local/download-url", "url", "ftp://x", "value does not match the regex pattern"],
    ["POST /nodes/pve1/ceph/pool", "size", "8", "value must have a maximum value of 7"],
  ];
  test.each(cases)("%s %s=%s", async (...[route, name, value, said]) => {
    const before = JSON.stringify([...double.guests]);
    expect((await wrong(route, { [name]: value }))?.[name]).toBe(said);
    expect(JSON.stringify([...double.guests])).toBe(before);
  });
  test("what is needed is missed, all at once", async () => {
    expect(await wrong(`PUT ${vm}/resize`, {})).toEqual({
      disk: "property is missing and it is not optional",
      size: "property is missing and it is not optional",
    });
  });
  test("a setting is not set and taken away by one call", async () => {
    expect(await wrong(put, { cores: 1, delete: "cores" })).toEqual({ delete: "you can't use '-cores' and -delete cores' at the same time" });
  });
  test("what is right is taken: also what hlx has no word for", async () => {
    const body = {
      vga: "serial0",
      cpulimit: "1.5",
      net31: "e1000e=BC:24:11:00:05:15,bridge=vmbr0,mtu=1400",
      ipconfig0: "ip=dhcp,ip6=auto",
      machine: "pc-q35-9.0,viommu=intel",
    };
    expect(await asked(put, body)).toEqual({ data: null });
    expect(await asked(inContainer, { cmode: "shell", nameserver: "1.1.1.1 8.8.8.8", mp255: "thin:5,mp=/data,acl=1" })).toEqual({ data: null });
  });
});

describe("digests", () => {
  const digestOf = async (path: string): Promise<string> => {
    const answer = await client.ask("GET", path);
    return "data" in answer ? String((answer.data as Record<string, unknown>)["digest"]) : "";
  };
  test.each([
    ["of a virtual machine", `${vm}/config`, { cores: 4 }, "checksum mismatch (file change by other user?)"],
    ["of a container", `${ct}/config`, { memory: 1024 }, "detected modified configuration - file changed by other user? Try again."],
  ])("%s change with its config, and only the current one is taken", async (...[, path, body, text]) => {
    const digest = await digestOf(path);
    expect([digest, await digestOf(path)]).toEqual([expect.stringMatching(/^[0-9a-f]{40}$/), digest]);
    expect(await client.ask("PUT", path, { ...body, digest })).toEqual({ data: null });
    expect(await digestOf(path)).not.toBe(digest);
    expect(await client.ask("PUT", path, { onboot: 1, digest })).toMatchObject({ failure: { kind: "stale", status: 500, text } });
    expect(double.guests.get(514)?.config).not.toHaveProperty("onboot");
    expect(await client.ask("PUT", path, { onboot: 1, digest: await digestOf(path) })).toEqual({ data: null });
  });
  test("hold for a disk that grows, too", async () => {
    expect(await client.ask("PUT", `${vm}/resize`, { disk: "scsi0", size: "20G", digest: "0".repeat(40) })).toMatchObject({ failure: { kind: "stale" } });
    expect(await client.ask("PUT", `${vm}/resize`, { disk: "scsi0", size: "20G", digest: await digestOf(`${vm}/config`) })).toMatchObject({
      data: expect.stringContaining("UPID"),
    });
  });
  test("change with what waits for the next start", async () => {
    const digest = await digestOf(`${vm}/config`);
    const guest = double.guests.get(514);
    if (guest !== undefined) guest.pending["cores"] = "4";
    expect(await digestOf(`${vm}/config`)).not.toBe(digest);
  });
  test("of HA and of mappings are of the whole file", async () => {
    double.ha.set(514, { state: "started" });
    const ha = "/cluster/ha/resources/vm:514";
    const digest = await digestOf(ha);
    expect(await client.ask("PUT", ha, { state: "stopped", digest })).toEqual({ data: null });
    expect(await client.ask("PUT", ha, { state: "started", digest })).toMatchObject({ failure: { kind: "stale" } });
    double.held.mappings.set("gpu", { map: ["id=10de:2684,node=pve1,path=0000:42:00"] });
    expect(await client.ask("PUT", "/cluster/mapping/pci/gpu", { description: "x", digest: "0" })).toMatchObject({ failure: { kind: "stale" } });
    expect(await client.ask("PUT", "/cluster/mapping/pci/gpu", { description: "x" })).toEqual({ data: null });
  });
});
