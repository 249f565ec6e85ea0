// A playbook document as plays: one spelling for everything that people may write in two ways.
import { isRecord, type Json } from "../lib/json.ts";
import { type Check, checksFrom } from "../model/check.ts";
import type { Document, Path } from "../model/documents/parse.ts";
import { findMistakes } from "../model/documents/validate.ts";
import { type Position, type Problem, ProblemError, refuseAll } from "../model/problem.ts";
import { looksLike } from "./looks-like.ts";
import { type PlaybookFile, playbookSchema, reservedKeys, roleNamePattern } from "./schema.ts";

export interface Play {
  readonly hosts: string;
  readonly hostsAt: Position;
  readonly tags: readonly string[];
  readonly serial?: number | `${number}%`;
  readonly after: readonly { readonly role: string; readonly hosts: string; readonly at: Position }[];
  readonly uses: readonly RoleUse[];
}

/** A role in a play's list. */
export interface RoleUse {
  readonly role: string;
  /** The role's name, or `role@as`. */
  readonly as: string;
  readonly params: Json;
  readonly tags: readonly string[];
  readonly independent: boolean;
  readonly checks: readonly Check[];
  readonly at: Position;
  /** Where a part of the params stands. */
  paramAt(path: Path, what?: "key" | "value"): Position;
}

type PlayFile = PlaybookFile[number];
type RoleItem = PlayFile["roles"][number];

export interface Plays {
  /** Without what is wrong in their form. */
  readonly plays: readonly Play[];
  readonly problems: readonly Problem[];
}

/** The plays of a parsed playbook, and what is wrong with their form; `source` is its text. Throws ProblemError when it is no playbook. */
export function readPlays(document: Document, source: string): Plays {
  refuseOtherFiles(document, source);
  refuseAnsible(document);
  const { problems, paths } = findMistakes(document, playbookSchema, { subject });
  if (paths.some(({ length }) => length === 0)) refuseAll(problems);
  const read = (document.value as PlaybookFile).map((play, index) => readSound(play, document, { index, wrong: paths.filter(([first]) => first === index) }));
  return { plays: read.flatMap(({ play }) => play ?? []), problems: [...problems, ...read.flatMap((one) => one.problems)] };
}

interface Reading {
  readonly index: number;
  /** Paths of what is wrong in this play. */
  readonly wrong: readonly Path[];
}

function readSound(play: PlayFile, document: Document, { index, wrong }: Reading): { readonly play?: Play; readonly problems: readonly Problem[] } {
  const lost = wrong.some((path) => path.length < 2 || path[1] === "hosts" || (path[1] === "roles" && path.length === 2));
  if (lost) return { problems: [] };
  const bad = new Set(wrong.filter((path) => path[1] === "roles").map((path) => path[2]));
  const items = play.roles.map((item, number) => ({ number, problems: bad.has(number) ? [] : wrongItem(item, document, [index, "roles", number]) }));
  const problems = items.flatMap((item) => item.problems);
  const leave = new Set(items.filter((item) => bad.has(item.number) || item.problems.length > 0).map(({ number }) => number));
  const sound = Object.fromEntries(Object.entries(play).filter(([key]) => key === "roles" || !wrong.some((path) => path[1] === key))) as PlayFile;
  return { play: readPlay(sound, document, { path: [index], leave }), problems };
}

function subject([play, ...inner]: Path): string {
  if (play === undefined) return "the playbook";
  const where = inner.map((piece) => (typeof piece === "number" ? `[${piece}]` : `.${piece}`)).join("");
  return where === "" ? `play ${Number(play) + 1}` : `${where.slice(1)} of play ${Number(play) + 1}`;
}

function refuseOtherFiles(document: Document, source: string): void {
  const at = { file: document.file, line: 1, column: 1 };
  const looks = looksLike(source);
  if (document.value === undefined || document.value === null) {
    throw new ProblemError({ code: "input", message: "the playbook is empty", at, hint: "- hosts: all\n  roles: [base]" });
  }
  if (Array.isArray(document.value) || looks === "unknown" || looks === "playbook") return;
  const hint = looks === "inventory" ? "give it with -i; a playbook is a list of plays: - hosts: all" : "apply it with: hlx apply FILE";
  throw new ProblemError({ code: "input", message: `this is ${looks === "inventory" ? "an inventory" : "a plan"}, not a playbook`, at, hint });
}

// Told once, and not key by key: nothing in it is a slip.
function refuseAnsible(document: Document): void {
  const plays: readonly unknown[] = Array.isArray(document.value) ? document.value : [];
  const found = plays.flatMap((play, index) => (isRecord(play) ? ansibleKeys.filter((key) => Object.hasOwn(play, key)).map((key) => [index, key]) : []));
  const [path] = found;
  if (path === undefined) return;
  const hint =
    "hlx reads Ansible's inventories, and has roles of its own for what its playbooks do: hlx doc lists them; - hosts: all, with roles: [base] below it, is a play";
  throw new ProblemError({ code: "input", message: "this is a playbook of Ansible", at: document.at(path, "key"), hint });
}

const ansibleKeys = ["tasks", "pre_tasks", "post_tasks", "handlers", "gather_facts", "import_playbook", "ansible.builtin.import_playbook"];

function readPlay(play: PlayFile, document: Document, { path, leave }: { readonly path: Path; readonly leave: ReadonlySet<number> }): Play {
  const { hosts, serial, tags, after = [], roles } = play;
  return {
    hosts: typeof hosts === "string" ? hosts : hosts.join(":"),
    hostsAt: document.at([...path, "hosts"]),
    tags: listed(tags),
    ...(serial === undefined ? {} : { serial: serial as number | `${number}%` }),
    after: after.map((one, index) => ({ hosts: "all", ...(typeof one === "string" ? { role: one } : one), at: document.at([...path, "after", index]) })),
    uses: roles.flatMap((item, index) => (leave.has(index) ? [] : [readUse(item, document, [...path, "roles", index])])),
  };
}

function readUse(item: RoleItem, document: Document, path: Path): RoleUse {
  if (typeof item === "string") return useOf(item, {}, { params: {}, at: document.at(path), paramAt: () => document.at(path) });
  const [role = ""] = rolesIn(item);
  const params = (item[role] ?? {}) as Json;
  return useOf(role, item, {
    params,
    at: document.at([...path, role], "key"),
    paramAt: (inner, what) => document.at([...path, role, ...inner], inner.length === 0 ? "key" : what),
  });
}

function useOf(role: string, item: Exclude<RoleItem, string>, rest: Pick<RoleUse, "params" | "at" | "paramAt">): RoleUse {
  const { as, tags, independent = false } = item;
  return { role, as: as === undefined ? role : `${role}@${as}`, tags: listed(tags), independent, checks: checksFrom(item["checks"] as Json), ...rest };
}

function wrongItem(item: RoleItem, document: Document, path: Path): readonly Problem[] {
  if (typeof item === "string") return [];
  const names = rolesIn(item);
  const hint = `one role an item: - base: { … }, beside it only ${reservedKeys.join(", ")}; params go below the role's name`;
  if (names.length === 0) return [{ code: "input", message: "an item of roles names no role", at: document.at(path), hint }];
  if (names.length > 1)
    return [
      { code: "input", message: `an item of roles names ${names.length} roles: ${names.join(", ")}`, at: document.at([...path, names[1] ?? ""], "key"), hint },
    ];
  const bad = names.find((name) => !new RegExp(roleNamePattern).test(name));
  return bad === undefined
    ? []
    : [
        {
          code: "input",
          message: `"${bad}" cannot be a role's name`,
          at: document.at([...path, bad], "key"),
          hint: "small letters, digits, - and _, at most 63",
        },
      ];
}

function rolesIn(item: Exclude<RoleItem, string>): readonly string[] {
  return isRecord(item) ? Object.keys(item).filter((key) => !reservedKeys.some((reserved) => reserved === key)) : [];
}

function listed(tags: string | readonly string[] | undefined): readonly string[] {
  if (tags === undefined) return [];
  return typeof tags === "string" ? [tags] : tags;
}
