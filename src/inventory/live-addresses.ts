// Whose address it is that a guest is said to have: whoever is root inside may say anything.
import type { Inventory } from "../model/host.ts";
import type { GuestListed } from "../model/live.ts";

/** A guest under the name that it has as a host. */
export interface Addressed {
  readonly name: string;
  readonly guest: GuestListed;
}

/** Why nobody should be looked for under its address, for each guest that it is so with: another has it, or may have it rather. */
export function doubtful<One extends Addressed>(guests: readonly One[], inventory: Inventory): ReadonlyMap<One, string> {
  const byAddress = Map.groupBy(guests, ({ guest }) => guest.address);
  return new Map(
    guests.flatMap((one) => {
      const { address } = one.guest;
      if (address === undefined) return [];
      const because = ofTheFile(one, address, inventory) ?? ofAnother(one, byAddress.get(address) ?? []);
      return because === undefined ? [] : [[one, `its address ${address} ${because}`] as const];
    }),
  );
}

function ofTheFile({ name }: Addressed, address: string, { hosts, devices }: Inventory): string | undefined {
  const all = [...hosts.values()].map((host) => ({ name: host.name, addresses: [host.login.address, ...Object.values(host.addresses)] }));
  const things = [...all, ...[...devices.values()].map((device) => ({ name: device.name, addresses: Object.values(device.addresses) }))];
  const owner = things.find((thing) => thing.name !== name && thing.addresses.includes(address))?.name;
  return owner === undefined ? undefined : `is that of "${owner}": give that host its vm.id, if it is this guest`;
}

// What the cluster itself says counts more than what somebody inside says.
function ofAnother({ name, guest }: Addressed, sharing: readonly Addressed[]): string | undefined {
  const others = sharing.filter((other) => other.name !== name);
  const counting = guest.told === true ? others : others.filter(({ guest: other }) => other.told !== true);
  return counting[0] === undefined ? undefined : `is that of "${counting[0].name}", too: say in the file which of them has it`;
}
