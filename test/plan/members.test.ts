// Sets are wanted, made and removed member by member: packages and keys.
import { describe, expect, test } from "vitest";
import type { AnyKind, Found } from "../../src/model/kind.ts";
import type { Entry } from "../../src/model/plan.ts";
import type { Made } from "../../src/model/ports/state.ts";
import { membersOf, missingMembers } from "../../src/plan/members.ts";
import { orphansAmong } from "../../src/plan/prune.ts";
import { kinds as all } from "../../src/resources/registry.ts";

const kinds: ReadonlyMap<string, AnyKind> = new Map(all.map((kind) => [kind.kind, kind]));
const keyA = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA a@desk";
const keyB = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB b@desk";

function kindOf(name: string): AnyKind {
  const kind = kinds.get(name);
  if (kind === undefined) throw new Error(name);
  return kind;
}

function desires(kind: string, desired: unknown): Entry {
  const id = `${kind}:${kindOf(kind).identity(desired)}`;
  const base = { address: `a/r/${id}`, host: "a", role: "r", kind, id, action: "none", changes: [], provides: [], traces: [] } as const;
  return { ...base, desired: desired as Entry["desired"], entry: "exact", steps: [], fingerprint: "" };
}

function madeOf(kind: string, desired: unknown, resource: string): readonly Made[] {
  return [...membersOf(kindOf(kind), desired)].map(([id, member], order) => ({
    host: "a",
    id,
    kind,
    address: `a/r/${resource}`,
    desired: member as Made["desired"],
    run: 1,
    order,
  }));
}

describe("packages", () => {
  const made = madeOf("packages", { names: ["curl", "git", "htop"] }, "packages:curl,git,htop");
  test("only those that were not there before are made", () => {
    const found: Found<unknown> = { found: "present", actual: { curl: "installed", git: "absent" } };
    expect([...missingMembers(kindOf("packages"), desires("packages", { names: ["curl", "git"] }), found).keys()]).toEqual(["packages:git"]);
    expect([...missingMembers(kindOf("packages"), desires("packages", { names: ["curl", "git"] }), { found: "absent" }).keys()]).toHaveLength(2);
  });
  test("a list that lost one name loses that one, whatever else declares the others", () => {
    const entries = [desires("packages", { names: ["curl"] }), desires("packages", { names: ["htop", "jq"], recommends: true })];
    expect(orphansAmong(made, { kinds, entries }).orphans).toMatchObject([
      { host: "a", role: "r", resource: { id: "packages:git", desired: { names: ["git"], absent: true } } },
    ]);
  });
  test("what nothing declares goes in one transaction", () => {
    expect(orphansAmong(made, { kinds, entries: [] }).orphans).toMatchObject([{ resource: { id: "packages:curl,git,htop" } }]);
  });
  test("a list that is only written in another order or way is the same", () => {
    expect(orphansAmong(made, { kinds, entries: [desires("packages", { names: ["curl", "git", "htop", "vim"] })] }).orphans).toEqual([]);
  });
});

describe("keys of an account", () => {
  test("a key that is no longer listed is taken away, the others stay", () => {
    const made = madeOf("authorized-keys", { user: "bob", keys: [keyA, keyB] }, "authorized-keys:bob");
    const entries = [desires("authorized-keys", { user: "bob", keys: [keyA.replace("a@desk", "a@laptop")] })];
    expect(orphansAmong(made, { kinds, entries }).orphans).toMatchObject([
      { resource: { id: "authorized-keys:bob#left", desired: { user: "bob", keys: [keyB], absent: true } } },
    ]);
  });
});

describe("others", () => {
  test("a command cannot be removed, and how to let go of it is said", () => {
    const made = madeOf("command", { name: "join", script: "true", args: [] }, "command:join");
    expect(orphansAmong(made, { kinds, entries: [] })).toEqual({
      orphans: [],
      stays: [{ host: "a", address: "a/r/command:join", because: "cannot be removed by hlx", hint: "hlx state forget 'a/r/command:join'" }],
    });
  });
  test("the absence of a file needs no secret", () => {
    const desired = { path: "/etc/token", content: [{ secret: "k" }], mode: "0600", owner: "root", group: "root" };
    expect(orphansAmong(madeOf("file", desired, "file:/etc/token"), { kinds, entries: [] }).orphans[0]?.resource.desired).toMatchObject({
      content: [],
      absent: true,
    });
  });
  test("a file that is there was not made, a user that is not there is", () => {
    const file = desires("file", { path: "/x", content: ["a"], mode: "0644", owner: "root", group: "root" });
    const there: Found<unknown> = { found: "present", actual: { type: "file", sha256: "0", mode: "0644", owner: "root", group: "root" } };
    expect([
      missingMembers(kindOf("file"), file, there).size,
      missingMembers(kindOf("user"), desires("user", { name: "bob" }), { found: "absent" }).size,
    ]).toEqual([0, 1]);
  });
});
