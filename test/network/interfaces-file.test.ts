// /etc/network/interfaces: what it says of an interface, and what becomes of the rest when some of it changes.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Interface } from "../../src/resources/network-interfaces/desired.ts";
import { edited, namesIn, saidOf } from "../../src/resources/network-interfaces/file.ts";

const installed = `# what the installer wrote
auto lo
iface lo inet loopback

iface eno1 inet manual

iface eno2 inet manual

auto vmbr0
iface vmbr0 inet static
	address 192.168.1.105/24
	gateway 192.168.1.1
	bridge-ports eno1
	bridge-stp off
	bridge-fd 0
#the way in

source /etc/network/interfaces.d/*
`;

const manual: Interface = { inet: { method: "manual", options: {} }, inet6: null };
const bridge: Interface = {
  auto: true,
  inet: { method: "static", options: { address: "192.168.1.105/24", gateway: "192.168.1.1", "bridge-ports": "bond0", "bridge-stp": "off", "bridge-fd": "0" } },
};
const bond: Interface = { auto: true, inet: { method: "manual", options: { "bond-slaves": "eno1 eno2", "bond-mode": "802.3ad", "bond-miimon": "100" } } };

describe("what it says", () => {
  test.each<readonly [string, string, object | null]>([
    [
      "a block",
      "auto a\niface a inet static\n address 10.0.0.1/8\n",
      { auto: true, inet: { method: "static", options: { address: "10.0.0.1/8" } }, inet6: null },
    ],
    ["none", "auto b\niface b inet manual\n", null],
    ["netmask beside the address", "iface a inet static\n address 10.0.0.1\n netmask 255.255.254.0\n", { inet: { options: { address: "10.0.0.1/23" } } }],
    ["netmask as a number", "iface a inet static\n address 10.0.0.1\n netmask 24\n", { inet: { options: { address: "10.0.0.1/24" } } }],
    ["older spellings", "iface a inet manual\n bridge_ports x  y\n bridge_stp 0\n", { inet: { options: { "bridge-ports": "x y", "bridge-stp": "off" } } }],
    ["modes by number", "iface a inet manual\n slaves x y\n bond_mode 4\n", { inet: { options: { "bond-slaves": "x y", "bond-mode": "802.3ad" } } }],
    ["both families", "iface a inet manual\niface a inet6 static\n address fd00::1/64\n", { inet6: { method: "static", options: { address: "fd00::1/64" } } }],
    ["a line that goes on", "auto b \\\n a\niface a inet manual\n bridge-ports x \\\n  y\n", { auto: true, inet: { options: { "bridge-ports": "x y" } } }],
    ["a block without family and method", "iface a\n address 10.0.0.1/8\n", { inet: { method: "static" } }],
    ["options that hlx has no word for", "iface a inet manual\n post-up true\n", { inet: { method: "manual", options: {} } }],
    [
      "two addresses",
      "iface a inet static\n address 10.0.0.1/8\niface a inet static\n address 10.0.0.2/8\n",
      { inet: { options: { address: "10.0.0.1/8 10.0.0.2/8" } } },
    ],
    ["hotplug is not auto", "allow-hotplug a\niface a inet dhcp\n", { auto: false, inet: { method: "dhcp" } }],
  ])("%s", (_, text, said) => {
    if (said === null) expect(saidOf(text, "a")).toBeNull();
    else expect(saidOf(text, "a")).toMatchObject(said);
  });

  test("who has a block", () => expect(namesIn(installed)).toEqual(["lo", "eno1", "eno2", "vmbr0"]));
});

describe("what becomes of it", () => {
  test("a bond below the bridge: comments, others and source lines stay where they are", () =>
    expect(edited(installed, { eno1: manual, eno2: manual, bond0: bond, vmbr0: bridge })).toBe(
      installed
        .replace("bridge-ports eno1", "bridge-ports bond0")
        .replace("source ", "auto bond0\niface bond0 inet manual\n\tbond-slaves eno1 eno2\n\tbond-mode 802.3ad\n\tbond-miimon 100\n\nsource "),
    ));

  test("Debian's interface becomes a port: its address goes, what somebody hooked to it stays", () => {
    const debian =
      "auto lo\niface lo inet loopback\n\nallow-hotplug eno1\niface eno1 inet static\n  address 10.0.0.5\n  netmask 255.0.0.0\n  post-up ethtool -K $IFACE tso off\n";
    expect(edited(debian, { eno1: manual })).toBe(
      "auto lo\niface lo inet loopback\n\nallow-hotplug eno1\niface eno1 inet manual\n  post-up ethtool -K $IFACE tso off\n",
    );
  });

  test.each<readonly [string, string, Readonly<Record<string, Interface | null>>, string]>([
    ["one that goes leaves its names in others' lines", "auto a b\niface a inet manual\niface b inet manual\n", { a: null }, "auto b\niface b inet manual\n"],
    ["and its own line with it", "auto a\niface a inet manual\n", { a: null }, "\n"],
    ["a family that goes", "iface a inet manual\niface a inet6 auto\n", { a: { inet6: null } }, "iface a inet manual\n"],
    [
      "a family that is left out stays",
      "iface a inet static\niface a inet6 auto\n",
      { a: { inet: manual.inet ?? null } },
      "iface a inet manual\niface a inet6 auto\n",
    ],
    [
      "a second family stands behind the first",
      "iface a inet manual\niface b inet manual\n",
      { a: { inet6: { method: "static", options: { address: "fd00::1/64" } } } },
      "iface a inet manual\n\niface a inet6 static\n\taddress fd00::1/64\niface b inet manual\n",
    ],
    ["in an empty file", "", { a: manual }, "iface a inet manual\n"],
  ])("%s", (_, ...[text, wanted, expected]) => expect(edited(text, wanted)).toBe(expected));

  test("whatever stands there: the second time nothing changes, and what was asked for is there", () => {
    const line = fc.oneof(
      fc.constantFrom(
        "auto a",
        "iface a inet static",
        "iface b inet manual",
        "\taddress 1.2.3.4/8",
        "",
        "# x",
        "source /x",
        "\tpost-up y",
        "allow-hotplug a b",
        "iface a inet6 auto",
        "x \\",
      ),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 14 }), (lines) => {
        const once = edited(lines.join("\n"), { a: { ...bridge, inet6: null } });
        expect(edited(once, { a: { ...bridge, inet6: null } })).toBe(once);
        expect(saidOf(once, "a")).toMatchObject({ auto: true, inet: bridge.inet, inet6: null });
        expect(saidOf(once, "b")?.inet ?? null).toEqual(saidOf(lines.join("\n"), "b")?.inet ?? null);
      }),
    );
  });
});
