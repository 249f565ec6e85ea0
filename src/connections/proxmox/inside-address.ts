// The address that a guest has, as its own agent tells, or its node of a container: that of its first network card.
import { isRecord } from "../../lib/json.ts";
import type { Client } from "./client.ts";
import { rowsOf } from "./rows.ts";

/**
 * Its first IPv4 address on the card with this MAC, of those that reach beyond the link; undefined where no agent answers, or the login may not ask it
 * (privilege VM.GuestAgent.Audit, on PVE 8 VM.Monitor). Throws ProblemError (unreachable, trust).
 */
export async function addressInside(client: Client, { node, id, mac, type = "qemu" }: Inside): Promise<string | undefined> {
  const part = type === "qemu" ? "agent/network-get-interfaces" : "interfaces";
  const answer = await client.ask("GET", `/nodes/${encodeURIComponent(node)}/${type}/${id}/${part}`);
  const data = "data" in answer ? answer.data : undefined;
  const cards = rowsOf(isRecord(data) ? data["result"] : data);
  const card = cards.find((one) => String(one["hardware-address"]).toLowerCase() === mac.toLowerCase());
  const addresses = rowsOf(card?.["ip-addresses"]).map((one) => String(one["ip-address"]));
  // What a guest says is data.
  return addresses.find((address) => /^\d{1,3}(\.\d{1,3}){3}$/.test(address) && !/^(127|169\.254)\./.test(address));
}

interface Inside {
  readonly node: string;
  readonly id: number;
  readonly mac: string;
  /** Default: a virtual machine. */
  readonly type?: "qemu" | "lxc";
}
