// A playbook document as plays: one spelling for everything that people may write in two ways.
import { isRecord, type Json } from "../lib/json.ts";
import type { Document, Path } from "../model/documents/parse.ts";
import { validate } from "../model/documents/validate.ts";
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
  readonly at: Position;
  /** Where a part of the params stands. */
  paramAt(path: Path, what?: "key" | "value"): Position;
}

type PlayFile = PlaybookFile[number];
type RoleItem = PlayFile["roles"][number];

/** The plays of a parsed playbook; `source` is its text. Throws ProblemError with everything that is wrong with its form. */
export function readPlays(document: Document, source: string): readonly Play[] {
  refuseOtherFiles(document, source);
  refuseAll(validate(document, playbookSchema, { subject }));
  const plays = document.value as PlaybookFile;
  refuseAll(plays.flatMap((play, index) => play.roles.flatMap((item, number) => wrongItem(item, document, [index, "roles", number]))));
  return plays.map((play, index) => readPlay(play, document, [index]));
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

function readPlay(play: PlayFile, document: Document, path: Path): Play {
  const { hosts, serial, tags, after = [], roles } = play;
  return {
    hosts: typeof hosts === "string" ? hosts : hosts.join(":"),
    hostsAt: document.at([...path, "hosts"]),
    tags: listed(tags),
    ...(serial === undefined ? {} : { serial: serial as number | `${number}%` }),
    after: after.map((one, index) => ({ hosts: "all", ...(typeof one === "string" ? { role: one } : one), at: document.at([...path, "after", index]) })),
    uses: roles.map((item, index) => readUse(item, document, [...path, "roles", index])),
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
  return { role, as: as === undefined ? role : `${role}@${as}`, tags: listed(tags), independent, ...rest };
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
