// Bridges, bonds and their ports as ifupdown2 is told of them.
import { type NetworkInterfacesOptions, networkInterfaces, packages, type Resource } from "hlx";
import { type Addressed, type Around, placesOf } from "./addresses.ts";
import { oneNode } from "./node.ts";
import type { Bond, Bridge, Params } from "./params.ts";

type Interfaces = NetworkInterfacesOptions["interfaces"];
type Interface = NonNullable<Interfaces[string]>;

/** Nothing where neither bridges nor bonds are said. Ports first, so that the file reads from the cards upwards. */
export function networkOf({ bridges, bonds, gone, patience }: Params, around: Around): readonly Resource[] {
  const made = [...Object.entries(bonds), ...Object.entries(bridges)];
  if (made.length === 0 && gone.length === 0) return [];
  const large = (name: string, one: Bridge | Bond): number | undefined => one.mtu ?? Object.values(bridges).find(({ ports }) => ports.includes(name))?.mtu;
  const cards = made.flatMap(([name, one]) => one.ports.filter((port) => !(port in bonds)).map((port) => [port, portOf(large(name, one))] as const));
  const bonded = Object.entries(bonds).map(([name, bond]) => [name, interfaceOf(name, bond, { own: bondOptions(bond, large(name, bond)), around })] as const);
  const bridged = Object.entries(bridges).map(([name, bridge]) => [name, interfaceOf(name, bridge, { own: bridgeOptions(bridge), around })] as const);
  const interfaces: Interfaces = Object.fromEntries<Interfaces[string]>([...gone.map((name) => [name, null] as const), ...cards, ...bonded, ...bridged]);
  // Guests of this node are planned as if they were there.
  const provides = Object.keys(bridges).map((name) => `bridge:${around.host.name}/${name}` as const);
  return [packages(["ifupdown2"], { provides: ["program:ifreload"] }), networkInterfaces({ interfaces, patience, provides, exclusive: oneNode })];
}

type Options = Readonly<Record<string, string>>;

// A port has no address of its own: the kernel would answer for it, and the bridge would not. It takes packets as large as what it is a port of.
function portOf(mtu: number | undefined): Interface {
  return { inet: { method: "manual", options: mtuOption(mtu) }, inet6: null };
}

function interfaceOf(name: string, said: Addressed, { own, around }: { readonly own: Options; readonly around: Around }): Interface {
  const places = "mode" in said && said.network === undefined && said.address === undefined ? [] : placesOf(name, said, around);
  const [v4, v6] = ([4, 6] as const).map((version) => places.find((place) => place.version === version));
  const optionsOf = (place: typeof v4): Options =>
    place === undefined ? {} : { address: place.address, ...(place.gateway === undefined ? {} : { gateway: place.gateway }) };
  return {
    auto: true,
    inet: { method: v4 === undefined ? "manual" : "static", options: { ...optionsOf(v4), ...own } },
    ...(v6 === undefined ? {} : { inet6: { method: "static", options: optionsOf(v6) } }),
  };
}

// No spanning tree and no waiting: what Proxmox's installer writes.
function bridgeOptions({ ports, vlanAware, vlans, mtu }: Bridge): Options {
  return {
    ...mtuOption(mtu),
    "bridge-ports": ports.join(" ") || "none",
    "bridge-stp": "off",
    "bridge-fd": "0",
    ...(vlanAware ? { "bridge-vlan-aware": "yes", "bridge-vids": vlans ?? "2-4094" } : {}),
  };
}

function bondOptions({ ports, mode, miimon, hash, primary, lacpRate }: Bond, mtu: number | undefined): Options {
  return {
    ...mtuOption(mtu),
    "bond-slaves": ports.join(" "),
    "bond-mode": mode,
    "bond-miimon": String(miimon),
    ...(hash === undefined ? {} : { "bond-xmit-hash-policy": hash }),
    ...(primary === undefined ? {} : { "bond-primary": primary }),
    ...(lacpRate === undefined ? {} : { "bond-lacp-rate": lacpRate }),
  };
}

function mtuOption(mtu: number | undefined): Options {
  return mtu === undefined ? {} : { mtu: String(mtu) };
}
