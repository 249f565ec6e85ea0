// hlx's own inventory format: what it says, and what is refused.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadInventory } from "../../src/inventory/load.ts";
import { ProblemError } from "../../src/model/problem.ts";

const example = readFileSync("inventory.example.yaml", "utf8");
const load = (text: string) => loadInventory({ file: "/lab/inventory.yaml", text });

function said(text: string): string {
  try {
    load(text);
    return "nothing";
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.problems.map(({ at, message, hint }) => `${at?.line}:${at?.column} ${message} | ${hint ?? ""}`).join("\n");
  }
}

const head = "format: 1\nnetworks: { lan: { cidr: 10.0.0.0/24, ranges: { dhcp: 100-199 } } }\nhosts:\n";
const refused: readonly (readonly [name: string, text: string, said: RegExp])[] = [
  ["an unknown key", `${head}  a: { adress: x }\n`, /4:8 unknown key "adress" in host "a" \| did you mean "address"/],
  ["a quoted port", `${head}  a: { port: "22" }\n`, /4:14 port of host "a" must be an integer 1–65535, got the string "22" \| remove the quotes/],
  ["an address outside", `${head}  a: { lan: 192.168.1.1 }\n`, /4:13 .*outside lan/],
  ["an address in a range", `${head}  a: { lan: 120 }\n`, /inside the range "dhcp"/],
  ["an address given twice", `${head}  a: { lan: 2 }\n  b: { lan: 2 }\n`, /5:13 the address 10\.0\.0\.2 is given to "a" and to "b"/],
  ["host bits", "format: 1\nnetworks: { l: { cidr: 10.0.0.1/24 } }\nhosts: {}\n", /host bits set \| write 10\.0\.0\.0\/24/],
  ["a host name with a hyphen first", `${head}  -a: {}\n`, /4:3 the name "-a"/],
  ["a pattern without a match", `${head}  web1: {}\ngroups: { g: wbe* }\n`, /matches none of 1 hosts and no group/],
  ["groups inside each other", `${head}  x: {}\ngroups: { a: [b], b: [a] }\n`, /a → b → a/],
  ["a name for both", `${head}  x: {}\ngroups: { x: all }\n`, /both a host and a group/],
  ["all as a group", `${head}  x: {}\ngroups: { all: x }\n`, /"all" is built in/],
  ["a guest id twice", `${head}  a: { vm: { id: 101 } }\n  b: { vm: { id: 101 } }\n`, /the guest id 101 is given/],
  ["variables in a circle", `${head}  a: { vars: { x: "\${y}", y: "\${x}" } }\n`, /x → y → x/],
  ["an unknown variable", `${head}  a: { vars: { x: "\${yy}" } }\n`, /refers to "yy"/],
  [
    "a record of nobody",
    "format: 1\nnetworks: { l: { cidr: 10.0.0.0/24, domain: x, records: { www: wbe } } }\nhosts: { web: {} }\n",
    /record "www" of network "l" names "wbe".*did you mean "web"/,
  ],
  [
    "a record outside",
    "format: 1\nnetworks: { l: { cidr: 10.0.0.0/24, domain: x, records: { p: 300 } } }\nhosts: { a: {} }\n",
    /2:\d+ record "p" of network "l": 300 is outside l/,
  ],
  [
    "an A record with a name",
    "format: 1\nnetworks: { l: { cidr: 10.0.0.0/24, domain: x, records: { p: { type: A, data: web } } } }\nhosts: { a: {} }\n",
    /"web" is no IPv4 address/,
  ],
  ["records without a domain", "format: 1\nnetworks: { l: { cidr: 10.0.0.0/24, records: { p: 3 } } }\nhosts: { a: {} }\n", /records, and no domain/],
  ["an unknown type", "format: 1\nnetworks: { l: { cidr: 10.0.0.0/24, domain: x, records: { p: { type: MXX, data: 3 } } } }\nhosts: { a: {} }\n", /type/],
  ["an empty file", "# nothing\n", /no hosts \| .*hlx init/],
];

describe("the inventory refuses", () => {
  test.each(refused)("%s", (_, text, expected) => expect(said(text)).toMatch(expected));
  test("one PCI device for two guests", () => {
    expect(said(example.replace("id: 501, node: node005", "id: 501, node: node006, pci: [gpu]"))).toMatch(
      /PCI device gpu of node006 is given to "ocean" and to "kube501"/,
    );
  });
});

describe("the example", () => {
  const inventory = load(example);
  test("gives hosts the strongest values, with where they came from", () => {
    const kube = inventory.hosts.get("kube502");
    expect(kube?.vars["vm"]).toMatchObject({ cores: 4, image: "debian12" });
    expect(kube?.sources["vm.cores"]).toMatchObject({ layer: "group control", lost: [{ value: 1, layer: "defaults" }] });
    expect(kube?.mac).toBe("BC:24:11:00:01:F6");
  });
  test("connects where it says", () => {
    expect(inventory.hosts.get("asuna")?.login).toMatchObject({ address: "100.81.76.55", user: "pesu" });
    expect(inventory.hosts.get("dns01")?.login.address).toBe("192.168.1.2");
  });
  test("makes no guest of a host without vm", () => expect(inventory.hosts.get("asuna")?.vars["vm"]).toBeUndefined());
  test.each([
    ["kube:!kube502:&control", ["kube501", "kube503"]],
    ["kube[0:1]", ["kube501", "kube502"]],
    ["workers[-1]", ["kube513"]],
    ["~dns.*,pi*", ["dns01", "pihole"]],
  ])("selects %s", (pattern, hosts) => expect(inventory.select(pattern)).toEqual(hosts));
  test.each(["", ",", "nothing*", "kube:nothing", "all:!all", "kube[9]", "~(a+)+$", "~a*b*c*d*e*f*g*h", "~[", "~", "!", "&", "]"])(
    "never means all by %j",
    (pattern) => expect(() => inventory.select(pattern)).toThrow(ProblemError),
  );
  test.each([
    ["~(a+)+$", "repeats a repetition, which could run for hours"],
    ["~a*b*c*d*e*f*g*h", "has more than 6 repetitions, which could run for hours"],
    ["~[", "is no regular expression"],
  ])("says why %j may not be asked", (pattern, why) => expect(() => inventory.select(pattern)).toThrow(why));
});

test("any mutation is valid or a problem inside the file, and nothing is polluted", () => {
  const tokens: readonly string[] = example.match(/\w+|\s+|[^\w\s]/g) ?? [];
  const junk: fc.Arbitrary<string> = fc.constantFrom(
    "",
    "__proto__",
    "[",
    "}",
    ": ",
    "\n",
    "99999999999999999999",
    "*",
    "&a",
    "!x",
    "${x}",
    "~",
    "null",
    "\t",
    "-",
    "constructor",
    "toString",
  );
  const edit = fc.tuple(
    fc.nat(tokens.length - 1),
    fc.oneof(
      junk,
      fc.nat(tokens.length - 1).map((index) => tokens[index] ?? ""),
    ),
  );
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      const text = edits.reduce<readonly string[]>((all, [index, token]) => all.with(index, token), tokens).join("");
      try {
        load(text);
      } catch (error) {
        expect(error).toBeInstanceOf(ProblemError);
        for (const { at } of (error as ProblemError).problems) expect((at?.line ?? 1) <= text.split("\n").length).toBe(true);
      }
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    }),
    { numRuns: 300 },
  );
}, 60_000);
