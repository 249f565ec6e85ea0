// PCI devices for guests: the IOMMU on, and vfio-pci in the drivers' place from the boot on.
import { type Claim, command, didYouMean, directory, file, type Host, kernelBoot, proxmoxDevicesOf, type Resource } from "hlx";
import { type Node, oneNode, type PciDevice } from "./node.ts";
import type { Params } from "./params.ts";

type Passthrough = NonNullable<Params["passthrough"]>;

export function passthroughOf({ passthrough }: Params, { node, host }: { readonly node: Node; readonly host: Host }): readonly Resource[] {
  if (passthrough === undefined) return [];
  const devices = devicesOf(passthrough, { node, host });
  return [
    directory({ path: "/etc/modules-load.d" }),
    file({ path: "/etc/modules-load.d/hlx-vfio.conf", content: "vfio\nvfio_iommu_type1\nvfio_pci\n" }),
    directory({ path: "/etc/modprobe.d" }),
    file({ path: confPath, content: modprobe(passthrough, devices) }),
    initialRamDisk,
    kernelBoot({
      parameters: [...(cpuOf(passthrough, node) === "intel" ? ["intel_iommu=on"] : []), "iommu=pt", ...passthrough.parameters],
      drivers: Object.fromEntries(devices.map(({ address }) => [address, "vfio-pci"])),
      iommu: true,
      exclusive: oneNode,
    }),
  ];
}

const confPath = "/etc/modprobe.d/hlx-vfio.conf";

// An image without the file in it is older than the file. No image: nothing to make anew.
const initialRamDisk = command({
  name: "vfio-pci in the initial RAM disk",
  script: "update-initramfs -u -k all",
  unless: `for image in /boot/initrd.img-*; do
  [ -e "$image" ] || continue
  [ -n "$(find "$image" -newer "$1")" ] || exit 1
done
[ -e "$1" ]`,
  args: [confPath],
  deadlineMs: 600_000,
});

// Which parameter turns it on; AMD's is on unless it is told otherwise.
function cpuOf({ cpu }: Passthrough, node: Node): "intel" | "amd" {
  const found = cpu ?? node.cpu;
  if (found === "other") throw new Error("is the processor Intel's or AMD's? Say so: passthrough: { cpu: intel }");
  return found;
}

// `softdep` has vfio-pci loaded before a driver that would take the device (modprobe.d(5)); blacklisted ones are not loaded at all.
function modprobe({ blacklist }: Passthrough, devices: readonly PciDevice[]): string {
  const ids = [...new Set(devices.map(({ id }) => id))];
  const before = [...new Set(devices.flatMap(usualDrivers))].filter((driver) => !blacklist.includes(driver));
  const lines = [
    ...(ids.length === 0 ? [] : [`options vfio-pci ids=${ids.join(",")}`]),
    ...before.map((driver) => `softdep ${driver} pre: vfio-pci`),
    ...blacklist.map((driver) => `blacklist ${driver}`),
  ];
  // A file without a word still says that the initial RAM disk may have none.
  return ["# devices that go to guests", ...lines].map((line) => `${line}\n`).join("");
}

/** Not the driver that has it now: after the boot that is vfio-pci. */
function usualDrivers({ id, type }: PciDevice): readonly string[] {
  if (type.startsWith("03")) return displays.get(id.slice(0, 4)) ?? [];
  return others.find(([prefix]) => type.startsWith(prefix))?.[1] ?? [];
}

const displays: ReadonlyMap<string, readonly string[]> = new Map([
  ["10de", ["nouveau", "nvidia", "nvidiafb"]],
  ["1002", ["amdgpu", "radeon"]],
  ["8086", ["i915", "xe"]],
]);

/** By the first digits of their class (pci.ids). */
const others: readonly (readonly [string, readonly string[]])[] = [
  ["0403", ["snd_hda_intel"]],
  ["0106", ["ahci"]],
  ["0107", ["mpt3sas", "megaraid_sas"]],
  ["0104", ["megaraid_sas", "mpt3sas"]],
  ["0108", ["nvme"]],
  ["0c0330", ["xhci_pci"]],
];

/** The functions of the devices that are asked for; all of proxmox.pci where none are named. Throws an Error for one that is not there, or that cannot be told from one that stays. */
export function devicesOf({ devices }: Passthrough, { node, host }: { readonly node: Node; readonly host: Host }): readonly PciDevice[] {
  const known = proxmoxDevicesOf(host);
  const wanted = devices ?? [...known.keys()];
  const chosen = wanted.flatMap((name) => functionsOf(known.get(name) ?? name, { node, name }));
  const twin = node.devices.find((one) => !chosen.includes(one) && chosen.some(({ id }) => id === one.id));
  if (twin !== undefined)
    throw new Error(
      `${twin.address} is of the same make (${twin.id}) as a device that goes to guests, and vfio-pci would take both: name it, too, or none of them`,
    );
  return [...new Set(chosen)];
}

function functionsOf(address: string, { node, name }: { readonly node: Node; readonly name: string }): readonly PciDevice[] {
  const full = (/^[0-9a-f]{4}:/i.test(address) ? address : `0000:${address}`).toLowerCase();
  const found = node.devices.filter((device) => device.address === full || device.address.startsWith(`${full}.`));
  if (found.length === 0) throw new Error(`there is no PCI device at ${address}${name === address ? "" : ` (proxmox.pci names it "${name}")`}`);
  return found;
}

/** Names that stand for no device. */
export function passthroughClaims({ passthrough }: Params, host: Host): readonly Claim[] {
  const known = [...proxmoxDevicesOf(host).keys()];
  return (passthrough?.devices ?? []).flatMap((name, index): readonly Claim[] => {
    if (known.includes(name) || /^([0-9a-f]{4}:)?[0-9a-f]{2}:[0-9a-f]{2}(\.[0-7])?$/i.test(name)) return [];
    const hint = didYouMean(name, known) ?? `proxmox.pci of ${host.name} names ${known.join(", ") || "none"}`;
    return [
      { claim: "finding", level: "error", path: ["passthrough", "devices", index], message: `"${name}" is no PCI address, and no device of proxmox.pci`, hint },
    ];
  });
}

/** Who goes to the same guest, asked for or not: a group is given away as a whole. Bridges between do not count. */
export function groupRemarks(passthrough: Passthrough, around: { readonly node: Node; readonly host: Host }): readonly string[] {
  const chosen = devicesOf(passthrough, around);
  return chosen.flatMap(({ address, group }) => {
    const shared = around.node.devices.filter((one) => group !== undefined && one.group === group && !chosen.includes(one) && !one.type.startsWith("0604"));
    if (shared.length === 0) return [];
    return [`${address} is in IOMMU group ${group} together with ${shared.map((one) => one.address).join(", ")}: they can only be given away together`];
  });
}
