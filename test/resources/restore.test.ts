// What undo and prune desire: the way back, or why there is none.
import { describe, expect, test } from "vitest";
import { sha256 } from "../../src/lib/hash.ts";
import type { Found, Known } from "../../src/model/kind.ts";
import type { Resource } from "../../src/model/resource.ts";
import { lasting } from "../../src/plan/way-back.ts";
import { authorizedKeys } from "../../src/resources/authorized-keys.ts";
import { command } from "../../src/resources/command.ts";
import { daemonOf } from "../../src/resources/dhcp-server/daemon.ts";
import type { DhcpServer } from "../../src/resources/dhcp-server/desired.ts";
import { dhcpServer } from "../../src/resources/dhcp-server.ts";
import { directory } from "../../src/resources/directory.ts";
import { file } from "../../src/resources/file.ts";
import { group } from "../../src/resources/group.ts";
import { packages } from "../../src/resources/packages.ts";
import { kinds } from "../../src/resources/registry.ts";
import { service } from "../../src/resources/service.ts";
import { user } from "../../src/resources/user.ts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB";
const id = "SHA256:6sAiqV1/oX4wvGrx";
const motd = file({ path: "/etc/motd", content: "new\n" });
const gone = { found: "absent" } as const;
const unknown = { found: "unknown", because: { code: "unknown", message: "" } } as const;
const was = (actual: unknown): Known<unknown> => ({ found: "present", actual });
const owned = { type: "file", mode: "0600", owner: "bob", group: "adm" };
const kept = new Map([
  ["/etc/kea/kea-dhcp4.conf", { sha256: sha256("by hand\n"), content: "by hand\n" }],
  ["/etc/motd", { sha256: sha256("old\n"), content: "old\n" }],
]);

function kindOf({ kind }: Resource) {
  const found = kinds.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(kind);
  return found;
}

const kea = dhcpServer({ server: "kea", interfaces: [], authoritative: true, subnets: [] });
const conf = "/etc/kea/kea-dhcp4.conf";
const keaFile = daemonOf("kea");
const keaSettings = keaFile.read([keaFile.files[0].text(kea.desired as DhcpServer)], kea.desired as DhcpServer);
const served = { config: {}, access: "0640 root:_kea", serving: "yes", enabled: true, loaded: true, rival: "off" };

const irreversible = { irreversible: expect.any(String) };

describe("restore", () => {
  test.each<readonly [string, Resource, Found<unknown>, unknown]>([
    ["a new file is removed", motd, gone, { ...(motd.desired as object), absent: true }],
    [
      "a changed file gets its kept content, mode and owner",
      motd,
      was({ ...owned, sha256: sha256("old\n") }),
      { path: "/etc/motd", content: ["old\n"], mode: "0600", owner: "bob", group: "adm" },
    ],
    [
      "a file whose mode alone changed keeps its content",
      motd,
      was({ ...owned, sha256: sha256("new\n") }),
      { path: "/etc/motd", content: ["new\n"], mode: "0600", owner: "bob", group: "adm" },
    ],
    ["a file of which no copy was kept", motd, was({ ...owned, sha256: sha256("lost\n") }), { ...irreversible, copyOf: "/etc/motd" }],
    ["a DHCP server that was not there is stopped", kea, gone, { ...(kea.desired as object), absent: true }],
    ["a DHCP server without a configuration is stopped", kea, was({ ...served, access: "", serving: "deaf" }), { ...(kea.desired as object), absent: true }],
    ["a DHCP server gets its old file, whoever wrote it", kea, was(served), { ...(kea.desired as object), verbatim: { [conf]: "by hand\n" } }],
    [
      "a DHCP server of whose old file no copy was kept",
      dhcpServer({ server: "isc", interfaces: [], authoritative: true, subnets: [] }),
      was({ ...served, config: { interfaces: "eth9" } }),
      { ...irreversible, copyOf: "/etc/dhcp/dhcpd.conf" },
    ],
    [
      "a DHCP server whose file said what is desired, though it was not touched",
      kea,
      was({ ...served, config: keaSettings, enabled: false }),
      expect.objectContaining({ verbatim: expect.objectContaining({ [conf]: expect.any(String) }) }),
    ],
    ["a DHCP server that had a configuration and did not run", kea, was({ ...served, serving: "stopped" }), irreversible],
    ["a DHCP server that took the place of another", kea, was({ ...served, rival: "on" }), irreversible],
    ["a link", motd, was({ type: "symlink" }), irreversible],
    ["a new directory is removed", directory({ path: "/srv" }), gone, { path: "/srv", mode: "0755", owner: "root", group: "root", absent: true }],
    [
      "a directory gets its mode back",
      directory({ path: "/srv" }),
      was({ ...owned, type: "directory" }),
      { path: "/srv", mode: "0600", owner: "bob", group: "adm" },
    ],
    ["packages that were not there are removed, others stay", packages(["a", "b"]), was({ a: "installed", b: "absent" }), { names: ["b"], absent: true }],
    ["removed packages come back", packages(["a", "b"], { absent: true }), was({ a: "installed", b: "absent" }), { names: ["a"] }],
    [
      "a service gets its switches back",
      service({ unit: "x" }),
      was({ running: false, enabled: true, loaded: true }),
      { unit: "x", running: false, enabled: true, reloadOn: [], restartOn: [] },
    ],
    [
      "a service that was not there is switched off",
      service({ unit: "x" }),
      { found: "blocked", needs: "unit:x", because: "" },
      { unit: "x", running: false, enabled: false, reloadOn: [], restartOn: [] },
    ],
    ["a new user is removed", user({ name: "bob" }), gone, { name: "bob", absent: true }],
    ["a user gets the old shell back", user({ name: "bob", shell: "/bin/sh" }), was({ shell: "/bin/bash" }), { name: "bob", shell: "/bin/bash" }],
    ["a user's old password is not known", user({ name: "bob", password: "$6$new" }), was({ passwordSha256: sha256("$6$old") }), irreversible],
    [
      "a user's password that did not change does not matter",
      user({ name: "bob", password: "$6$new" }),
      was({ passwordSha256: sha256("$6$new") }),
      { name: "bob" },
    ],
    ["a removed user", user({ name: "bob", absent: true }), was({}), irreversible],
    ["a new group is removed", group({ name: "g" }), gone, { name: "g", absent: true }],
    ["a group gets its number back", group({ name: "g", gid: 5 }), was({ gid: 4 }), { name: "g", gid: 4 }],
    ["new keys are removed", authorizedKeys({ user: "bob", keys: [key] }), gone, { user: "bob", keys: [key], absent: true }],
    [
      "keys that were there stay",
      authorizedKeys({ user: "bob", keys: [key] }),
      was({ keys: { [id]: "" }, open: false }),
      { user: "bob", keys: [], absent: true },
    ],
    ["keys whose options changed", authorizedKeys({ user: "bob", keys: [key] }), was({ keys: { [id]: "no-pty" }, open: false }), irreversible],
    ["an exclusive list", authorizedKeys({ user: "bob", keys: [key], exclusive: true }), gone, irreversible],
    ["a command", command({ name: "x", script: "y", creates: "/z" }), was({ needed: true }), irreversible],
  ])("%s", (...[, resource, before, expected]) => {
    expect(kindOf(resource).restore?.(resource.desired, before, kept)).toEqual(expected);
  });

  test.each([
    motd,
    directory({ path: "/srv" }),
    packages(["a"]),
    service({ unit: "x" }),
    user({ name: "bob" }),
    group({ name: "g" }),
    authorizedKeys({ user: "bob", keys: [key] }),
  ])("what nobody could look at before has no way back: $id", (resource) =>
    expect(kindOf(resource).restore?.(resource.desired, unknown, kept)).toEqual(irreversible),
  );
});

describe("a plan says what cannot be undone", () => {
  const secret = file({ path: "/etc/token", content: [{ secret: "a.b" }] });
  test.each<readonly [string, Resource, Known<unknown>, unknown]>([
    ["a command", command({ name: "x", script: "y", creates: "/z" }), gone, expect.stringContaining("the command x")],
    ["a file that holds a secret and was there", secret, was({ ...owned, sha256: "" }), expect.stringContaining("a secret takes part")],
    ["a new file that holds a secret can", secret, gone, undefined],
    ["a file can: apply keeps a copy", motd, was({ ...owned, sha256: sha256("old\n") }), undefined],
    ["a link that becomes a file", motd, was({ type: "symlink" }), "/etc/motd was no regular file before"],
    ["an account that goes", user({ name: "bob", absent: true }), was({}), expect.stringContaining("the old password and groups")],
    ["packages can", packages(["a"]), was({ a: "absent" }), undefined],
  ])("%s", (...[, resource, found, expected]) => expect(lasting(kindOf(resource), resource.desired, found)).toEqual(expected));
});

test("which version of a package goes is told, so that the history knows it", () => {
  const gone = packages(["a"], { absent: true });
  const ahead = { changing: new Set<string>(), digest: () => undefined };
  const found = { found: "present", actual: { a: "installed" }, evidence: { a: "1.2-3" } } as const;
  expect(kindOf(gone).diff(gone.desired, found, ahead)).toMatchObject([{ property: "package:a", note: "was version 1.2-3" }]);
});

test("a service has no way to be absent but off", () => {
  expect(kindOf(service({ unit: "x" })).absent?.(service({ unit: "x" }).desired)).toMatchObject({ running: false, enabled: false });
});
