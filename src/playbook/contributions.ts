// What a playbook adds to the address plan: its roles' claims, the text of params, and of the files that params point to.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../lib/json.ts";
import { isRecord } from "../lib/json.ts";
import { kept } from "../lib/kept.ts";
import type { Path } from "../model/documents/document.ts";
import type { Claimed, Contributions, Written } from "../model/finding.ts";
import type { Host, Inventory } from "../model/host.ts";
import { ProblemError } from "../model/problem.ts";
import { type Input, type InventoryView, viewOf } from "../model/role.ts";
import type { Use } from "./assign.ts";
import type { FolderText } from "./inputs/folder.ts";
import type { Lookups } from "./inputs/resolve.ts";
import type { LoadedRole } from "./roles/load.ts";

export interface Contributing {
  readonly uses: readonly Use[];
  readonly roles: ReadonlyMap<string, LoadedRole>;
  readonly inventory: Inventory;
  readonly lookups: Lookups;
}

/** Throws ProblemError when a role fails while it is asked. Files that cannot be read are left out: whoever needs them says so. */
export async function contributionsOf({ uses, roles, inventory, lookups }: Contributing): Promise<Contributions> {
  const around: Around = { inventory, view: viewOf(inventory, callsOf(uses)), lookups, known: new Map() };
  const asked = await Promise.all(uses.map((use) => askUse(use, roles.get(use.role), around)));
  const files = await Promise.all(around.known.values());
  return {
    claims: asked.flat(),
    written: [...uses.flatMap(writtenIn), ...files.flatMap(textsOf).flatMap(({ path, text }) => linesOf(path, text))],
  };
}

function callsOf(uses: readonly Use[]): NonNullable<Parameters<typeof viewOf>[1]> {
  return uses.flatMap(({ role, hosts, params }) => hosts.map((host) => ({ role, host, params })));
}

interface Around {
  readonly inventory: Inventory;
  readonly view: InventoryView;
  readonly lookups: Lookups;
  /** What was read of files, by sort and path. */
  readonly known: Map<string, Promise<Answer>>;
}

/** What was read for one input; "" where it cannot be had. */
interface Answer {
  readonly input: OfFiles["input"];
  readonly path: string;
  readonly text: string;
}

// A role that claims nothing is asked for its files once; the others on every host.
async function askUse(use: Use, loaded: LoadedRole | undefined, around: Around): Promise<readonly Claimed[]> {
  if (loaded === undefined) return [];
  const hosts = hostsOf(use, around.view);
  const chosen = loaded.role.claims === undefined ? hosts.slice(0, 1) : hosts;
  return (await Promise.all(chosen.map((host) => claimsOn(host, { use, loaded, around })))).flat();
}

interface Asking {
  readonly use: Use;
  readonly loaded: LoadedRole;
  readonly around: Around;
}

async function claimsOn(host: Host, { use, loaded, around }: Asking): Promise<readonly Claimed[]> {
  const { role } = loaded;
  const given = { params: use.params as never, host, inventory: around.view };
  const asked = Object.entries(asking(use, () => role.inputs?.(given) ?? {}));
  const read = await Promise.all(asked.flatMap(([name, input]) => ("path" in input ? [answerTo(input, loaded, around).then(({ text }) => [name, text])] : [])));
  const claims = asking(use, () => role.claims?.({ ...given, inputs: Object.fromEntries(read) }) ?? []);
  return claims.map((claim) => ({ ...claim, host: host.name, role: use.as, at: claim.at ?? use.paramAt(claim.path), order: use.order }));
}

type OfFiles = Extract<Input, { readonly path: string }>;

function answerTo(asked: OfFiles, loaded: LoadedRole, { inventory, lookups, known }: Around): Promise<Answer> {
  const { input, path: named } = asked;
  const path = join(existsSync(join(loaded.folder, named)) ? loaded.folder : inventory.folder, named);
  return kept(known, `${input} ${path}`, async () => ({ input, path, text: await lookups.of(asked, loaded).catch(() => "") }));
}

function hostsOf({ hosts }: Use, inventory: InventoryView) {
  return hosts.flatMap((name) => inventory.hosts.get(name) ?? []);
}

function asking<Answer>(use: Use, ask: () => Answer): Answer {
  try {
    return ask();
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    throw new ProblemError({ code: "input", message: `role ${use.as}${saidBy(cause)}`, at: use.at, cause });
  }
}

// A plain Error is what the role itself says of its params; anything else is a fault in it.
function saidBy(cause: unknown): string {
  if (cause instanceof Error && cause.name === "Error") return `: ${cause.message}`;
  return ` failed while asked what it does with names and addresses: ${cause instanceof Error ? cause.message : String(cause)}`;
}

function writtenIn(use: Use): readonly Written[] {
  return leavesOf(use.params).map(({ path, text }) => ({ in: "param", key: keyOf(path), text, at: use.paramAt(path) }));
}

/** Every string and number in a value, with its path. */
export function leavesOf(value: Json | undefined, path: Path = []): readonly { readonly path: Path; readonly text: string }[] {
  if (typeof value === "string" || typeof value === "number") return [{ path, text: String(value) }];
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => leavesOf(item, [...path, index]));
  return isRecord(value) ? Object.entries(value).flatMap(([key, member]) => leavesOf(member as Json, [...path, key])) : [];
}

function keyOf(path: Path): string {
  const last = path.findLast((piece) => typeof piece === "string");
  return last === undefined ? "" : String(last);
}

// A folder is its files; manifests are read by who asked for them.
function textsOf({ input, path, text }: Answer): readonly Pick<Answer, "path" | "text">[] {
  if (input === "file") return [{ path, text }];
  if (input === "manifests" || text === "") return [];
  const { files }: FolderText = JSON.parse(text);
  return Object.entries(files).map(([name, content]) => ({ path: join(path, name), text: content }));
}

function linesOf(file: string, text: string): readonly Written[] {
  return text.split("\n").map((line, index) => ({ in: "file", key: "", text: line, at: { file, line: index + 1, column: 1 } }));
}
