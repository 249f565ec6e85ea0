// Whether a login would see a thing if there were one: the lists of Proxmox leave out what it may not see, and absent is something else.
import { isRecord } from "../../lib/json.ts";
import { ProblemError } from "../../model/problem.ts";
import { type Client, dataOf } from "./client.ts";

/** What a list leaves out for a login that has none of these privileges on its path. */
export interface Visible {
  /** `the pool lab`. */
  readonly what: string;
  /** `/pool/lab`. */
  readonly path: string;
  readonly privileges: readonly [string, ...string[]];
  /** They must hold for all below the path, too. */
  readonly below?: true;
}

/** Asked where a list does not have it; whoever asks may always know its own privileges. */
export async function wouldSee(client: Client, { what, path, privileges, below }: Visible): Promise<boolean> {
  const data = dataOf(await client.ask("GET", "/access/permissions", { path }), `asking whether the login may see ${what}`);
  const here = isRecord(data) && isRecord(data[path]) ? data[path] : {};
  return privileges.some((privilege) => (below === true ? Number(here[privilege]) === 1 : privilege in here));
}

/** Throws ProblemError (privilege) where nobody can tell from the list whether there is one. */
export async function mustSee(client: Client, visible: Visible): Promise<void> {
  if (await wouldSee(client, visible)) return;
  const { what, path, privileges } = visible;
  throw new ProblemError({
    code: "privilege",
    message: `nobody can tell whether there is ${what}: the login may not see it`,
    hint: `give the token's role ${privileges[0]}: pveum role modify ROLE --append --privs ${privileges[0]}; pveum acl modify ${path} --tokens 'TOKEN' --roles ROLE`,
  });
}
