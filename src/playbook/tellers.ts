// Whoever tells others of a host: the role calls that serve its network's names or reservations, or claim its own.
import type { Claimed } from "../model/finding.ts";
import type { Host } from "../model/host.ts";

/** The role calls (`host/role`) elsewhere that give out an address of the host: by its network, as a record, or for its network card; each once. */
export function tellersAmong(claims: readonly Claimed[], host: Pick<Host, "name" | "addresses" | "mac"> | undefined): readonly string[] {
  const addresses = new Set(Object.values(host?.addresses ?? {}));
  const mac = host?.mac?.toLowerCase();
  const tells = (claim: Claimed): boolean => {
    if (claim.claim === "tells") return Object.hasOwn(host?.addresses ?? {}, claim.network);
    if (claim.claim === "record") return addresses.has(claim.data);
    return claim.claim === "reservation" && (addresses.has(claim.address ?? "") || claim.mac.toLowerCase() === mac);
  };
  return [...new Set(claims.filter((claim) => claim.host !== host?.name && tells(claim)).map(({ host: where, role }) => `${where}/${role}`))];
}
