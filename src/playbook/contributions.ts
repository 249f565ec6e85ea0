// What a playbook adds to the address plan: its roles' claims, the text of params, and of the files that params point to.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../lib/json.ts";
import { isRecord } from "../lib/json.ts";
import type { Path } from "../model/documents/document.ts";
import type { Claimed, Contributions, Written } from "../model/finding.ts";
import type { Host, Inventory } from "../model/host.ts";
import { ProblemError } from "../model/problem.ts";
import { type Input, type InventoryView, viewOf } from "../model/role.ts";
import type { Use } from "./assign.ts";
import { fileSource } from "./inputs/file.ts";
import { folderSource } from "./inputs/folder.ts";
import { manifestsSource } from "./inputs/manifests.ts";
import type { LookingUp } from "./inputs/source.ts";
import type { LoadedRole } from "./roles/load.ts";

export interface Contributing {
  readonly uses: readonly Use[];
  readonly roles: ReadonlyMap<string, LoadedRole>;
  readonly inventory: Inventory;
}

/** Throws ProblemError when a role fails while it is asked. Files that cannot be read are left out: whoever needs them says so. */
export async function contributionsOf({ uses, roles, inventory }: Contributing): Promise<Contributions> {
  const around: Around = { inventory, view: viewOf(inventory), known: new Map() };
  const asked = await Promise.all(uses.map((use) => askUse(use, roles.get(use.role), around)));
  const files = await Promise.all(around.known.values());
  return {
    claims: asked.flat(),
    written: [...uses.flatMap(writtenIn), ...files.flatMap(({ path, text }) => textsOf(path, text)).flatMap(({ path, text }) => linesOf(path, text))],
  };
}

interface Around {
  readonly inventory: Inventory;
  readonly view: InventoryView;
  /** Files that were read, by path. */
  readonly known: Map<string, Promise<FileText>>;
}

interface FileText {
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
  const read = await Promise.all(asked.flatMap(([name, input]) => ("path" in input ? [fileOf(input, loaded, around).then(({ text }) => [name, text])] : [])));
  const claims = asking(use, () => role.claims?.({ ...given, inputs: Object.fromEntries(read) }) ?? []);
  return claims.map((claim) => ({ ...claim, host: host.name, role: use.as, at: claim.at ?? use.paramAt(claim.path), order: use.order }));
}

type OfFiles = Extract<Input, { readonly path: string }>;

function fileOf(input: OfFiles, { folder }: LoadedRole, { inventory, known }: Around): Promise<FileText> {
  const path = join(existsSync(join(folder, input.path)) ? folder : inventory.folder, input.path);
  const looking = { roleFolder: folder, inventoryFolder: inventory.folder, fetch: () => Promise.reject(new Error("files only")) };
  const key = `${input.input} ${path}`;
  const found =
    known.get(key) ??
    textOf(input, looking).then(
      (text) => ({ path, text }),
      () => ({ path, text: "" }),
    );
  known.set(key, found);
  return found;
}

function textOf(input: OfFiles, looking: LookingUp): Promise<string> {
  if (input.input === "file") return fileSource.resolve(input, looking);
  return input.input === "folder" ? folderSource.resolve(input, looking) : manifestsSource.resolve(input, looking);
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
function textsOf(path: string, text: string): readonly FileText[] {
  if (text.startsWith('{"manifests":')) return [];
  const inside: unknown = text.startsWith('{"folder":') ? JSON.parse(text) : undefined;
  const files = isRecord(inside) && isRecord(inside["files"]) ? inside["files"] : undefined;
  return files === undefined ? [{ path, text }] : Object.entries(files).map(([name, content]) => ({ path: join(path, name), text: String(content) }));
}

function linesOf(file: string, text: string): readonly Written[] {
  return text.split("\n").map((line, index) => ({ in: "file", key: "", text: line, at: { file, line: index + 1, column: 1 } }));
}
