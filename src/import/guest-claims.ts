// What an inventory gives to one host alone: addresses, MACs, devices. The first guest that has one has it, the others keep theirs unsaid.
import type { GuestSaid } from "../model/proxmox-seen.ts";

interface Claiming {
  readonly node: string;
  readonly said: GuestSaid;
}

/** The same guests in the same order, with nothing said twice. */
export function withoutTwins<Guest extends Claiming>(guests: readonly Guest[]): readonly Guest[] {
  const given = new Set<string>();
  const isFirst = (claim: string): boolean => {
    const before = given.size;
    return given.add(claim).size > before;
  };
  return guests.map((guest) => ({ ...guest, said: withOwnCard(withOwnDevices(guest, isFirst), isFirst) }));
}

/** The guest with its card left alone: only where it is reached is said. */
export function withoutCard({ card, ...said }: GuestSaid): GuestSaid {
  if (card === undefined) return said;
  return { ...said, address: bare(card.address), kept: [...said.kept, "net0", "ipconfig0"] };
}

/** An address without its prefix. */
export function bare(address: string): string {
  return address.replace(/\/.*/, "");
}

type First = (claim: string) => boolean;

function withOwnDevices({ node, said }: Claiming, isFirst: First): GuestSaid {
  const { pci, ...vm } = said.vm;
  if (!Array.isArray(pci)) return said;
  const free = pci.map((device) => isFirst(`pci ${node} ${String(device)}`));
  return free.every(Boolean) ? said : { ...said, vm, kept: [...said.kept, ...pci.map((_, index) => `hostpci${index}`)] };
}

function withOwnCard(said: GuestSaid, isFirst: First): GuestSaid {
  const { mac, ...without } = said;
  const own = mac === undefined || isFirst(mac.toUpperCase());
  const alone = said.card === undefined || isFirst(bare(said.card.address));
  const left = own ? said : without;
  return own && alone ? left : withoutCard(left);
}
