// Addresses as numbers and back.
import fc from "fast-check";
import { expect, test } from "vitest";
import { ipText, parseIp, subnetOf } from "../../src/lib/ip.ts";

test("any address is read back from its text", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), fc.integer({ min: 0, max: 120 }), (large, shift) => {
      const value = large >> BigInt(shift);
      expect(parseIp(ipText(value, 6))).toEqual({ value, version: 6 });
      expect(parseIp(ipText(value & 0xffffffffn, 4))).toEqual({ value: value & 0xffffffffn, version: 4 });
    }),
  );
});

test.each([
  ["192.168.1.2", "192.168.1.2"],
  ["::FFFF:10.0.0.1", "::ffff:a00:1"],
  ["::", "::"],
  ["1::", "1::"],
  ["FD00:0::10", "fd00::10"],
])("%s is %s", (text, expected) => {
  const parsed = parseIp(text);
  expect(parsed && ipText(parsed.value, parsed.version)).toBe(expected);
});

test.each(["", "1.2.3", "1.2.3.256", "01.2.3.4", "fe80::1%eth0", "1::2::3", "::g", "10", "1.2.3.4:80"])("%j is no address", (text) =>
  expect(parseIp(text)).toBeUndefined(),
);

test.each([
  ["192.168.1.77/24", "192.168.1.0", "192.168.1.255", "255.255.255.0"],
  ["10.0.0.0/9", "10.0.0.0", "10.127.255.255", "255.128.0.0"],
  ["fd00::1/64", "fd00::", "fd00::ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff::"],
  ["0.0.0.0/0", "0.0.0.0", "255.255.255.255", "0.0.0.0"],
])("%s is %s to %s", (cidr, ...expected) => {
  const subnet = subnetOf(cidr);
  expect(subnet && [ipText(subnet.first, subnet.version), ipText(subnet.last, subnet.version), subnet.netmask]).toEqual(expected);
});

test.each(["10.0.0.0", "10.0.0.0/33", "10.0.0.0/x", "fd00::/129", "/8"])("%s is no network", (cidr) => expect(subnetOf(cidr)).toBeUndefined());
