// A group of accounts.
import { absent, type Change, change, type Found, type Irreversible, type Kind, type Known, present } from "../model/kind.ts";
import type { Readers } from "../model/ports/index.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { JsonSchema } from "../model/schema.ts";
import type { Step } from "../model/step.ts";
import { accountPattern, given, resourceOf } from "./make.ts";
import { groupOf } from "./reads/accounts.ts";

/** A group, or that there is none. Members belong to `user`. */
export interface Group {
  readonly name: string;
  readonly gid?: number;
  readonly system?: boolean;
  readonly absent?: boolean;
}

export interface GroupActual {
  readonly gid?: number;
}

const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["name"],
  properties: {
    name: { type: "string", pattern: accountPattern, description: "The group's name." },
    gid: { type: "integer", minimum: 0, maximum: 4_294_967_294, description: "Its number. Left to the host when it is not given." },
    system: { type: "boolean", description: "Take a number from the range of system groups when it is made." },
    absent: { type: "boolean", description: "Remove the group." },
  },
};

export const groupKind: Kind<Group, GroupActual, "shell"> = {
  kind: "group",
  summary: "A group of accounts, and its number where it matters.",
  schema,
  via: ["shell"],
  identity: ({ name }) => name,
  probe,
  diff,
  steps,
  absent: ({ name }) => ({ name, absent: true }),
  restore,
};

/** A group: its number where it matters. */
export function group(options: Group & ResourceOptions): Resource<Group> {
  const { name, gid, system, absent, provides = [], exclusive } = options;
  const desired = { name, ...given({ gid, system, absent }) } as Group;
  const made = absent === true ? [] : ([`group:${name}`] as const);
  return resourceOf(groupKind, desired, { ...given({ exclusive }), provides: [...made, ...provides], traces: ["/etc/group"] });
}

async function probe({ name, gid }: Group, on: Pick<Readers, "shell">): Promise<Found<GroupActual>> {
  const seen = await groupOf(name, on.shell);
  if (seen === undefined) return absent;
  return present(gid === undefined ? {} : { gid: seen.gid });
}

function diff(desired: Group, found: Known<GroupActual>): readonly Change[] {
  if (desired.absent === true)
    return found.found === "absent" ? [] : [change("exists", { before: true, after: false, risk: "replace", note: "files keep its number" })];
  const gid = found.found === "present" ? found.actual.gid : undefined;
  const made = found.found === "absent" ? [change("exists", { before: false, after: true })] : [];
  if (desired.gid === undefined || desired.gid === gid) return made;
  return [...made, change("gid", { before: gid ?? null, after: desired.gid, risk: "restart", note: "files keep the old number" })];
}

function steps({ name, gid, system, absent }: Group, found: Known<GroupActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  if (changes.length === 0) return [];
  if (absent === true) return [{ do: "run", title: `remove group ${name}`, script: removeScript, args: [name] }];
  const number = gid === undefined ? [] : ["-g", String(gid)];
  if (found.found === "present") return [{ do: "run", title: `change group ${name}`, script: 'exec groupmod "$@"', args: [...number, "--", name] }];
  return [{ do: "run", title: `add group ${name}`, script: 'exec groupadd "$@"', args: [...number, ...(system === true ? ["-r"] : []), "--", name] }];
}

// Status 6: it is gone already, as userdel removes a user's own group with the user (groupdel(8)).
const removeScript = 'groupdel -- "$1" || [ $? -eq 6 ]';

function restore({ name }: Group, before: Found<GroupActual>): Group | Irreversible {
  if (before.found === "absent") return { name, absent: true };
  if (before.found !== "present") return { irreversible: `the group ${name} was not known before` };
  return { name, ...given({ gid: before.actual.gid }) } as Group;
}
