// Addresses: put together and taken apart again.
import { expect, test } from "vitest";
import { addressOf, partsOf } from "../../src/model/resource.ts";

test.each([
  ["web/base/packages:nginx", { host: "web", role: "base", id: "packages:nginx", kind: "packages", identity: "nginx" }],
  ["web/base@two/file:/etc/a:b/c", { host: "web", role: "base@two", id: "file:/etc/a:b/c", kind: "file", identity: "/etc/a:b/c" }],
  [
    "web/dns/bind.zone:8.b.d.ip6.arpa#left",
    { host: "web", role: "dns", id: "bind.zone:8.b.d.ip6.arpa#left", kind: "bind.zone", identity: "8.b.d.ip6.arpa#left" },
  ],
])("%s", (address, parts) => {
  expect(partsOf(address)).toEqual(parts);
  expect(addressOf(parts.host, parts.role, parts.id)).toBe(address);
});

test.each([
  ["web/base", { host: "web", role: "base", id: "" }],
  ["web", { host: "web", role: "", id: "" }],
])("what %s lacks is empty", (address, parts) => expect(partsOf(address)).toEqual({ ...parts, kind: "", identity: "" }));
