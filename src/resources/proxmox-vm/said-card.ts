// A guest's first network card and its address in the inventory's words: said as a whole, or left alone.
import { parseIp, subnetOf } from "../../lib/ip.ts";
import type { CardSaid, GuestSaid } from "../../model/proxmox-seen.ts";
import { propertiesOf } from "../proxmox/properties.ts";

type Config = Readonly<Record<string, string>>;

export interface CardWords {
  readonly words: Pick<GuestSaid, "mac" | "card" | "address">;
  readonly said: readonly string[];
}

/** Of `net0` and `ipconfig0`. Without a static IPv4 address on a virtio card there are no words for either. */
export function cardOf(config: Config): CardWords {
  const { mac, bridge, model, tag } = netOf(config["net0"] ?? "");
  const { ip = "", gw, ...rest } = propertiesOf(config["ipconfig0"] ?? "", "ip");
  const known = mac === undefined ? {} : { mac };
  const reached = parseIp(bare(ip))?.version === 4 ? { address: bare(ip) } : {};
  if (mac === undefined || bridge === undefined || model !== "virtio" || !isPlace(ip, gw) || Object.keys(rest).length > 0)
    return { words: { ...known, ...reached }, said: [] };
  const card: CardSaid = {
    bridge,
    address: ip,
    dns: (config["nameserver"] ?? "").split(/[ ,]+/).filter((server) => server !== ""),
    ...(tag !== undefined && { vlan: Number(tag) }),
    ...(gw !== undefined && { gateway: gw }),
    ...(config["searchdomain"] !== undefined && { search: config["searchdomain"] }),
  };
  return { words: { mac, card }, said: ["net0", "ipconfig0", "nameserver", "searchdomain"] };
}

// In a network that has room for hosts, whose gateway is one of them.
function isPlace(ip: string, gateway: string | undefined): boolean {
  const [subnet, address] = [subnetOf(ip), parseIp(bare(ip))];
  if (subnet === undefined || subnet.bits > 30 || address?.version !== 4) return false;
  const door = gateway === undefined ? undefined : parseIp(gateway);
  return gateway === undefined || (door?.version === 4 && subnet.first < door.value && door.value < subnet.last);
}

function bare(address: string): string {
  return address.replace(/\/.*/, "");
}

function netOf(value: string) {
  const { bridge, tag, macaddr, model, ...rest } = propertiesOf(value, "model");
  const [name, own] = Object.entries(rest).find(([, each]) => /^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$/.test(each)) ?? [];
  return { bridge, tag, mac: macaddr ?? own, model: model ?? name };
}
