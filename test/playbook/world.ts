// A small inventory, and roles that are not loaded from files, for tests of the playbook.
import { byPlace } from "../../src/model/documents/order.ts";
import { parseYaml } from "../../src/model/documents/parse.ts";
import type { Host, Inventory } from "../../src/model/host.ts";
import { type Problem, ProblemError, refuseAll } from "../../src/model/problem.ts";
import { type Assignment, defineRole, type Role } from "../../src/model/role.ts";
import { assign } from "../../src/playbook/assign.ts";
import { readPlays } from "../../src/playbook/plays.ts";
import { textSchema } from "../../src/playbook/secret-or.ts";

const names = ["ocean", "dns01", "pihole", "kube501", "kube502"];

/** Five hosts; a pattern is `all`, a name, or a prefix with a star; several with ":". */
export function inventoryOf(folder = "/nowhere"): Inventory {
  const select = (pattern: string): readonly string[] => {
    const parts = pattern.split(":");
    const found = names.filter((name) => parts.some((part) => part === "all" || part === name || (part.endsWith("*") && name.startsWith(part.slice(0, -1)))));
    if (found.length === 0) throw new ProblemError({ code: "usage", message: `the pattern "${pattern}" matches no host`, hint: 'did you mean "ocean"?' });
    return found;
  };
  const hosts = new Map(names.map((name) => [name, hostOf(name)]));
  return { format: 1, folder, hosts, groups: new Map(), devices: new Map(), networks: new Map(), warnings: [], select };
}

function hostOf(name: string): Host {
  return { name, login: { connection: "ssh", address: name, become: true }, groups: [], addresses: {}, vars: {}, sources: {} };
}

const web = defineRole({
  name: "web",
  summary: "A web server.",
  params: {
    type: "object",
    properties: {
      domain: { type: "string" },
      port: { type: "integer", minimum: 1, maximum: 65535, default: 80 },
      key: textSchema,
      limits: { type: "object", properties: { rate: { type: "integer", default: 5 } }, default: {} },
    },
    required: ["domain"],
  },
  requires: [{ role: "plain" }],
  declare: () => [],
});
const plain = defineRole({ name: "plain", summary: "Nothing.", params: { type: "object", properties: {} }, declare: () => [] });

export const roles = new Map<string, { readonly role: Role; readonly folder: string }>(
  [web, plain].map((role) => [role.name, { role: role as Role, folder: "/nowhere" }]),
);

/** The assignments of a playbook's text. */
export function assigned(source: string): readonly Assignment[] {
  const { plays, problems } = readPlays(parseYaml("site.yaml", source), source);
  const result = assign(plays, { inventory: inventoryOf(), roles, incomplete: problems.length > 0 });
  refuseAll(byPlace([...problems, ...result.problems]));
  return result.assignments;
}

/** What is wrong, one line a problem: `line:column message | hint`, then the other places. */
export function refusal(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (thrown) {
    return said(thrown);
  }
  return [];
}

export function said(thrown: unknown): readonly string[] {
  if (!(thrown instanceof ProblemError)) throw thrown;
  return thrown.problems.map(sentence);
}

function sentence({ at, message, hint, also = [] }: Problem): string {
  const place = at === undefined ? "" : `${at.line}:${at.column} `;
  const places = also.map((one) => ` (${one.at.line}:${one.at.column} ${one.note})`).join("");
  return `${place}${message}${hint === undefined ? "" : ` | ${hint.split("\n")[0]}`}${places}`;
}
