// DHCP for the networks of the inventory: its ranges are lent, its hosts and devices have reservations.
import { defineRole, dhcpServer, packages, unitOf } from "hlx";
import { ddnsOf, iscKey, keaDdns, zonesNeeded } from "./ddns.ts";
import { modelOf } from "./model.ts";
import { params } from "./params.ts";

export default defineRole({
  name: "dhcp",
  summary: "A DHCPv4 server (Kea or ISC dhcpd) for networks of the inventory: pools, options, reservations, names of leases in DNS.",
  params,
  claims({ params, inventory }) {
    // What cannot be served is told before anything connects.
    const ddns = ddnsOf(params, inventory);
    modelOf(params, inventory, ddns);
    const tells = params.networks.map((network) => ({ claim: "tells" as const, network, path: ["networks"] }));
    return [{ claim: "port", port: 67, protocol: "udp", by: "DHCP", path: [] }, ...tells, ...(ddns === undefined ? [] : zonesNeeded(ddns))];
  },
  declare({ params, inventory, facts }) {
    const ddns = ddnsOf(params, inventory);
    const model = modelOf(params, inventory, ddns);
    const units = params.server === "isc" ? ["isc-dhcp-server"] : ["kea-dhcp4-server", ...(ddns === undefined ? [] : ["kea-dhcp-ddns-server"])];
    const installed = packages([...units, "iproute2"], { provides: units.map(unitOf) });
    if (params.server === "kea") return [installed, ...(ddns === undefined ? [] : keaDdns(ddns)), dhcpServer(model)];
    const keys = ddns === undefined ? [] : [iscKey(ddns, facts)];
    return [installed, ...keys, dhcpServer({ ...model, reloadOn: keys })];
  },
});
