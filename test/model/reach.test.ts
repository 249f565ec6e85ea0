// By which address a host is reached: in a network of both, of the version that is asked for.
import { expect, test } from "vitest";
import type { Host } from "../../src/model/host.ts";
import { addressNear, type Reaching } from "../../src/model/reach.ts";

const addresses = { six: "fd00::2", lan: "192.168.1.2", pesu: "192.168.8.2" };
const inventory = {
  hosts: new Map([["dns01", { name: "dns01", addresses } as unknown as Host]]),
  devices: new Map([["gw", { name: "gw", addresses: { lan: "192.168.1.1" } }]]),
};

test.each<readonly [string, string, Reaching, string | undefined]>([
  ["an address as it is", "10.0.0.1", { near: ["lan"] }, "10.0.0.1"],
  ["in the best network of both", "dns01", { near: ["tailnet", "pesu", "lan"] }, "192.168.8.2"],
  ["in none: its first", "dns01", { near: ["tailnet"] }, "fd00::2"],
  ["in none: its first of IPv4", "dns01", { near: ["six"], version: 4 }, "192.168.1.2"],
  ["a device", "gw", { near: [] }, "192.168.1.1"],
  ["of no such version", "gw", { near: [], version: 6 }, undefined],
  ["nobody", "nobody", { near: ["lan"] }, undefined],
])("%s", (...[, name, reaching, expected]) => expect(addressNear(name, inventory, reaching)).toBe(expected));
