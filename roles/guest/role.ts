// A guest of Proxmox: the virtual machine that a host with `vm:` is. It comes into being before anything is done inside it.
import { defineRole, type Facts, proxmoxSnapshot, proxmoxVm } from "hlx";
import { desiredVm, imageOf, isMade, keyInputs, placesOf, snapshotOf } from "./vm.ts";

export default defineRole({
  name: "guest",
  summary: "The virtual machine of a host with `vm:`, made through its Proxmox node's API before anything inside is looked at.",
  params: { type: "object", additionalProperties: false, properties: {} },
  // What it is made from, and what of its node it uses, is there first.
  requires: [
    { role: "proxmox-host", hosts: "all", ifGiven: true },
    { role: "proxmox-cluster", hosts: "all", ifGiven: true },
  ],
  outside: {
    facts: ({ host, inventory }) => ({
      ...linux,
      virtualization: host.login.twin === undefined ? "kvm" : "container",
      hostname: host.name,
      user: host.login.user ?? "root",
      ...osOf(host, inventory),
      ...cardsOf(host),
    }),
    unasked: ({ host, inventory }) => isMade(host, inventory),
    hints: { os: 'say in the inventory what its image holds: images: { NAME: { os: { id: debian, versionId: "12", codename: bookworm } } }' },
  },
  inputs: ({ host }) => keyInputs(host),
  declare: ({ host, inventory, inputs }) => {
    const vm = desiredVm(host, { inventory, inputs });
    const made = proxmoxVm({ ...vm, provides: [`host:${host.name}`, `guest:${vm.id}`], places: placesOf(host, inventory) });
    const name = snapshotOf(host);
    return name === undefined ? [made] : [made, proxmoxSnapshot({ cluster: vm.cluster, vm: vm.id, name })];
  },
});

/** What every cloud image of a Debian is on a PC. */
const linux = { machine: "x86_64", init: "systemd", packageManager: "apt", root: true } as const satisfies Partial<Facts>;

// A card that is passed through may be of any maker: roles that ask for it are told that nobody knows yet.
function cardsOf({ vars }: Around[0]): Partial<Facts> {
  const vm = vars["vm"] as { readonly pci?: readonly string[] } | undefined;
  return (vm?.pci ?? []).length === 0 ? { gpus: [] } : {};
}

type Around = Parameters<typeof desiredVm>;

// The image says what it holds; without that, roles that ask for the distribution are told that nobody knows.
function osOf(host: Around[0], inventory: Around[1]["inventory"]): { readonly os?: Partial<Facts["os"]> } {
  const os = imageOf(host, inventory)["os"];
  return os === undefined ? {} : { os: os as Partial<Facts["os"]> };
}
