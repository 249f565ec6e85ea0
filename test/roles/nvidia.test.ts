// The nvidia role: what it declares for which machine, what it says where there is nothing to do, and what it refuses.
import { describe, expect, test } from "vitest";
import nvidia from "../../roles/nvidia/role.ts";
import { validateValue } from "../../src/model/documents/validate.ts";
import type { Facts, Gpu } from "../../src/model/facts.ts";
import type { Host } from "../../src/model/host.ts";
import type { Resource } from "../../src/model/resource.ts";
import { withDefaults } from "../../src/playbook/params.ts";
import type { KernelModule } from "../../src/resources/kernel-module/desired.ts";
import { kinds } from "../../src/resources/registry.ts";

const host: Host = { name: "ocean", login: { connection: "ssh", address: "x", become: true }, groups: [], addresses: {}, vars: {}, sources: {} };
const node: Host = { ...host, name: "node006", vars: { proxmox: { pci: { gpu: "42:00", sas: "02:00" } } } };
const card: Gpu = { address: "0000:42:00.0", vendor: "nvidia", device: "2684", driver: "nouveau" };
const second: Gpu = { address: "0000:81:00.0", vendor: "nvidia", device: "2684", driver: "nvidia" };
const radeon: Gpu = { address: "0000:03:00.0", vendor: "amd", device: "747e", driver: "amdgpu" };
const debian = { os: { id: "debian", versionId: "12", codename: "bookworm", name: "Debian 12", like: [] }, kernel: "6.1.0-28-amd64", gpus: [card] };
const ubuntu = { ...debian, os: { id: "ubuntu", versionId: "24.04", codename: "noble", name: "Ubuntu 24.04", like: ["debian"] }, kernel: "6.8.0-51-generic" };

function asking(given: object, facts: object, on = host) {
  const params = withDefaults({ driver: "535", ...given }, nvidia.params) as never;
  expect(validateValue(params, nvidia.params, () => undefined, "nvidia")).toEqual([]);
  return { params, host: on, facts: facts as Facts, inventory: {} as never, inputs: {} };
}

function declared(given: object, facts: object = debian, on = host): readonly Resource[] {
  const resources = nvidia.declare(asking(given, facts, on));
  const schemaOf = (kind: string) => kinds.find((one) => one.kind === kind)?.schema ?? {};
  expect(resources.flatMap(({ kind, desired, id }) => validateValue(desired, schemaOf(kind), () => undefined, id))).toEqual([]);
  return resources;
}

const packagesOf = (resources: readonly Resource[]): readonly string[] =>
  resources.flatMap(({ kind, desired }) => (kind === "packages" ? (desired as { names: readonly string[] }).names : []));
const module = (resources: readonly Resource[]) => resources.find(({ kind }) => kind === "kernel.module")?.desired as KernelModule | undefined;
const content = (resources: readonly Resource[], path: string) =>
  (resources.find(({ id }) => id === `file:${path}`)?.desired as { content?: readonly string[] } | undefined)?.content?.join("");

describe("what it declares", () => {
  test("in order: what must be there before, the driver, the reboot, then what needs it", () =>
    expect(declared({ containers: ["docker"] }).map(({ id }) => id)).toEqual([
      "file:/etc/apt/sources.list.d/hlx-nvidia.sources",
      "file:/etc/apt/preferences.d/hlx-nvidia",
      "packages:linux-headers-amd64",
      "directory:/etc/modprobe.d",
      "file:/etc/modprobe.d/hlx-nvidia.conf",
      "command:leave nouveau out of the initial RAM disk",
      "packages:libcuda1,libnvcuvid1,libnvidia-encode1,libnvidia-ml1,nvidia-kernel-dkms,nvidia-persistenced,nvidia-smi",
      "command:the driver's branch",
      "command:hold the driver",
      "directory:/etc/modules-load.d",
      "file:/etc/modules-load.d/hlx-nvidia.conf",
      "kernel.module:nvidia",
      "service:nvidia-persistenced",
      "command:a card answers the driver",
      "packages:ca-certificates,curl,gpg",
      "directory:/etc/apt/keyrings",
      "command:the toolkit's signing key",
      "file:/etc/apt/sources.list.d/hlx-nvidia-container-toolkit.list",
      "packages:nvidia-container-toolkit",
      "command:describe the cards (CDI)",
      "command:docker knows the NVIDIA runtime",
    ]));

  test("the branch is pinned, and Debian's components are named once more", () => {
    const resources = declared({});
    expect(content(resources, "/etc/apt/preferences.d/hlx-nvidia")).toMatch(/^Pin: version 535\.\*\nPin-Priority: 1001$/m);
    expect(content(resources, "/etc/apt/sources.list.d/hlx-nvidia.sources")).toContain("Components: contrib non-free non-free-firmware\n");
  });

  test.each<readonly [string, object, object, object]>([
    ["Debian builds by DKMS", {}, debian, { from: "dkms", headers: "linux-headers-amd64", library: "libnvidia-ml1" }],
    ["a cloud kernel has headers of its own", {}, { ...debian, kernel: "6.1.0-28-cloud-amd64" }, { headers: "linux-headers-cloud-amd64" }],
    ["so has a backport", {}, { ...debian, kernel: "6.12.9+bpo-amd64" }, { headers: "linux-headers-amd64" }],
    ["and Proxmox", {}, { ...debian, kernel: "6.8.12-4-pve" }, { headers: "proxmox-default-headers" }],
    ["Ubuntu's modules are signed", {}, ubuntu, { from: "packages", headers: "linux-headers-generic", library: "libnvidia-compute-535-server" }],
  ])("%s", (_, ...[given, facts, expected]) => expect(module(declared(given, facts))).toMatchObject(expected));

  test("Ubuntu's packages are named by branch and kernel", () =>
    expect(packagesOf(declared({ driver: "550", modules: "open" }, ubuntu))).toContain("linux-modules-nvidia-550-server-open-generic"));

  test("another distribution must name its packages", () =>
    expect(() => declared({}, { ...debian, os: { ...debian.os, id: "arch", name: "Arch" } })).toThrow(/which packages have the driver on Arch/));
});

describe("where there is nothing to do", () => {
  test.each<readonly [string, object, readonly Gpu[], readonly string[]]>([
    ["no card is said", {}, [], ["no NVIDIA card on this host: nothing to do"]],
    [
      "AMD's is recognised",
      {},
      [radeon],
      ["the card at 0000:03:00.0 is AMD's: its driver is in the kernel, and ROCm is not this role's", "no NVIDIA card on this host: nothing to do"],
    ],
    ["one beside an NVIDIA card, too", {}, [radeon, card], [expect.stringContaining("is AMD's") as unknown as string]],
    ["nothing is said of a card that is expected", { gpu: "expected" }, [], []],
  ])("%s", (_, ...[given, gpus, expected]) => expect(nvidia.notes?.(asking(given, { ...debian, gpus }))).toEqual(expected));

  test("nothing is declared, unless a card is expected", () => {
    expect(declared({}, { ...debian, gpus: [radeon] })).toEqual([]);
    expect(declared({ gpu: "expected", headers: ["linux-headers-amd64"] }, { os: debian.os })).not.toEqual([]);
  });
});

describe("a card that is passed through", () => {
  const given = (params: object): readonly string[] => (nvidia.claims?.(asking(params, debian, node)) ?? []).map((claim) => JSON.stringify(claim));

  test("is refused before anything connects when it is named", () => {
    expect(given({ cards: ["0000:42:00.0"] }).join()).toMatch(/"path":\["cards",0\].*42:00.*passed through to guests \(proxmox\.pci names it \\"gpu\\"\)/);
    expect(given({ cards: ["81:00"] })).toEqual([]);
  });

  test.each<readonly [string, object, readonly Gpu[]]>([
    ["by the node's mapping", {}, [card]],
    ["also when it is named with others", { cards: ["42:00", "81:00"] }, [card, second]],
    ["by the driver that has it", { cards: ["81:00"] }, [{ ...second, driver: "vfio-pci" }]],
  ])("is refused when it is found %s", (_, params, gpus) =>
    expect(() => declared(params, { ...debian, gpus }, node)).toThrow(/is passed through to guests .*a driver on this host cannot have it, too/),
  );

  test("is left alone beside one of the host's own", () => expect(module(declared({}, { ...debian, gpus: [card, second] }, node))).toBeDefined());
});
