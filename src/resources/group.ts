// A group of accounts.
import type { Resource, ResourceOptions } from "../model/resource.ts";
import { given, resourceOf } from "./make.ts";

/** A group, or that there is none. Members belong to `user`. */
export interface Group {
  readonly name: string;
  readonly gid?: number;
  readonly system?: boolean;
  readonly absent?: boolean;
}

/** A group: its number where it matters. */
export function group(options: Group & ResourceOptions): Resource<Group> {
  const { name, gid, system, absent, provides = [], exclusive } = options;
  const desired = { name, ...given({ gid, system, absent }) } as Group;
  const made = absent === true ? [] : ([`group:${name}`] as const);
  return resourceOf({ kind: "group", identity: () => name }, desired, { ...given({ exclusive }), provides: [...made, ...provides], traces: ["/etc/group"] });
}
