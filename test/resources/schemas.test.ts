// What the schemas take and refuse: hostile names never get as far as a host.
import { describe, expect, test } from "vitest";
import type { Resource } from "../../src/model/resource.ts";
import { authorizedKeys } from "../../src/resources/authorized-keys.ts";
import { command } from "../../src/resources/command.ts";
import { directory } from "../../src/resources/directory.ts";
import { file } from "../../src/resources/file.ts";
import { group } from "../../src/resources/group.ts";
import { packages } from "../../src/resources/packages.ts";
import { kinds } from "../../src/resources/registry.ts";
import { service, unitOf } from "../../src/resources/service.ts";
import { user } from "../../src/resources/user.ts";
import { accountCases, keyCases, packageCases, pathCases, serviceCases, zoneCases } from "../../src/testing/contract-cases.ts";
import { refusalsOf } from "./schema-of.ts";

function refusals({ kind, desired }: Pick<Resource, "kind" | "desired">): readonly string[] {
  const found = kinds.find((one) => one.kind === kind);
  return found === undefined ? ["no such kind"] : refusalsOf(found, desired);
}

const all = [
  ...pathCases({ folder: "/srv", owner: "bob", group: "bob" }),
  ...accountCases,
  ...keyCases("bob"),
  ...packageCases,
  ...serviceCases("nginx"),
  ...zoneCases("dyn.home"),
];

test.each(all.map((one) => [one.kind, one.name, one] as const))("%s takes the contract's case %s", (_kind, _name, one) => expect(refusals(one)).toEqual([]));

const inClusters = kinds.filter(({ schema }) => JSON.stringify(schema).includes('"cluster":{'));
test.each(inClusters.map((kind) => [kind.kind, kind] as const))(
  "%s says that its cluster is the way in: the secret of that keeps nothing back of what is found",
  (_, kind) => expect(kind.wayIn).toBe("cluster"),
);
test("such kinds are found", () => expect(inClusters.length).toBeGreaterThan(8));

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB";

test.each<readonly [string, Resource]>([
  ["a unit with an instance", service({ unit: "getty@tty1" })],
  ["an escaped unit", service({ unit: "dev-disk-by\\x2dlabel.swap" })],
  ["a timer", service({ unit: "apt-daily.timer" })],
  ["the root directory", directory({ path: "/" })],
  ["a dotfile", file({ path: "/root/.profile" })],
  ["three dots", file({ path: "/root/..." })],
  ["a machine's account", user({ name: "host$" })],
  ["a package with an architecture", packages(["libc6:i386", "g++", "python3.11"])],
])("%s is taken", (_, resource) => expect(refusals(resource)).toEqual([]));

const hostile = ["", "-rf", "--help", "a b", "a\nb", "a\0b", "$(id)", "`id`", ";id", "*", "a/b", "../a", "a:b,c", "'", '"', "{{x}}", "é"];

describe.each<readonly [string, (name: string) => Resource]>([
  ["group", (name) => group({ name })],
  ["user", (name) => user({ name })],
  ["user's group", (name) => user({ name: "bob", groups: [name] })],
  ["file's owner", (owner) => file({ path: "/x", owner })],
  ["package", (name) => packages([name])],
  ["unit", (unit) => service({ unit })],
  ["authorized-keys", (user) => authorizedKeys({ user, keys: [key] })],
])("as the name of a %s", (_, make) => {
  test.each(hostile)("sec/09 %j is refused", (name) => expect(refusals(make(name))).not.toEqual([]));
});

test.each<readonly [string, Resource]>([
  ["a relative path", file({ path: "etc/motd" })],
  ["a path with ..", file({ path: "/etc/../motd" })],
  ["a path with an empty part", file({ path: "/etc//motd" })],
  ["a path that ends with a slash", directory({ path: "/srv/" })],
  ["a path with a NUL", file({ path: "/a\0b" })],
  ["a mode of three digits", file({ path: "/x", mode: "644" })],
  ["a mode that is no octal", file({ path: "/x", mode: "0689" })],
  ["an account of digits", user({ name: "1000" })],
  ["a number below zero", group({ name: "x", gid: -1 })],
  ["a home with a colon's neighbour", user({ name: "x", comment: "a:b" })],
  ["a template without an instance", service({ unit: "getty@" })],
  ["the same with its suffix", service({ unit: "getty@.timer" })],
  ["a key with a newline", authorizedKeys({ user: "bob", keys: [`${key}\n${key}`] })],
  ["a private key", authorizedKeys({ user: "bob", keys: ["-----BEGIN OPENSSH PRIVATE KEY-----"] })],
  ["no packages", packages([])],
  ["a command without a probe", command({ name: "x", script: "y" })],
  ["a command without a script", command({ name: "x", script: "", creates: "/y" })],
  ["an argument with a NUL", command({ name: "x", script: "y", args: ["a\0"], creates: "/y" })],
])("%s is refused", (_, resource) => expect(refusals(resource)).not.toEqual([]));

describe("constructors", () => {
  test.each<readonly [string, Resource, Partial<Resource>]>([
    ["file", file({ path: "/etc/x" }), { id: "file:/etc/x", traces: ["/etc/x"], provides: [] }],
    ["a unit file", file({ path: "/etc/systemd/system/a.timer", provides: ["unit:b"] }), { provides: ["unit:a.timer", "unit:b"] }],
    ["a unit's drop-in", file({ path: "/etc/systemd/system/a.service.d/x.conf" }), { provides: [] }],
    ["directory", directory({ path: "/srv/a/b" }), { id: "directory:/srv/a/b", provides: ["directory:/srv/a/b", "directory:/srv/a", "directory:/srv"] }],
    ["packages", packages(["b", "a", "b"], { provides: [unitOf("a")] }), { id: "packages:a,b", provides: ["directory:*", "user:*", "group:*", "unit:a"] }],
    ["service", service({ unit: "a.service" }), { id: "service:a" }],
    ["a timer", service({ unit: "a.timer" }), { id: "service:a.timer" }],
    ["user", user({ name: "bob" }), { id: "user:bob", provides: ["user:bob", "group:bob"] }],
    ["user with a group", user({ name: "bob", group: "users" }), { id: "user:bob", provides: ["user:bob", "group:users"] }],
    ["group", group({ name: "g", exclusive: "lock" }), { id: "group:g", provides: ["group:g"], exclusive: "lock" }],
    ["authorizedKeys", authorizedKeys({ user: "bob", keys: [], exclusive: true }), { id: "authorized-keys:bob" }],
    ["command", command({ name: "init x", script: "y", creates: "/z" }), { id: "command:init x", traces: ["/z"] }],
    ["what should be gone provides nothing", packages(["a"], { absent: true }), { provides: [] }],
  ])("%s has its id and what it brings", (_, resource, expected) => expect(resource).toMatchObject(expected));

  test("unitOf takes both spellings of a service", () =>
    expect([unitOf("a"), unitOf("a.service"), unitOf("a.timer")]).toEqual(["unit:a", "unit:a", "unit:a.timer"]));
});
