// The address that a guest has, as its own agent tells: that of its first network card.
import { isRecord } from "../../lib/json.ts";
import type { Client } from "./client.ts";
import { rowsOf } from "./rows.ts";

/**
 * Its first IPv4 address on the card with this MAC, of those that reach beyond the link; undefined where no agent answers, or the login may not ask it
 * (privilege VM.GuestAgent.Audit, on PVE 8 VM.Monitor). Throws ProblemError (unreachable, trust).
 */
export async function addressInside(
  client: Client,
  { node, id, mac }: { readonly node: string; readonly id: number; readonly mac: string },
): Promise<string | undefined> {
  const answer = await client.ask("GET", `/nodes/${encodeURIComponent(node)}/qemu/${id}/agent/network-get-interfaces`);
  const cards = "data" in answer && isRecord(answer.data) ? rowsOf(answer.data["result"]) : [];
  const card = cards.find((one) => String(one["hardware-address"]).toLowerCase() === mac.toLowerCase());
  const addresses = rowsOf(card?.["ip-addresses"]).map((one) => String(one["ip-address"]));
  // What a guest says is data.
  return addresses.find((address) => /^\d{1,3}(\.\d{1,3}){3}$/.test(address) && !/^(127|169\.254)\./.test(address));
}
