// What a role sees of hosts before it declares: each look is made once, whoever asks for it, and says what became of it.
import { kept } from "../lib/kept.ts";
import { ProblemError, problemOf } from "../model/problem.ts";
import type { Look, LookAnswer } from "../model/role.ts";
import type { Work, World } from "./world.ts";

/** The looks of one survey. */
export interface Looks {
  /** What became of each look, by the same names. */
  answers(looks: Readonly<Record<string, Look>>): Promise<Readonly<Record<string, LookAnswer>>>;
}

export interface LookingAt {
  readonly world: Pick<World, "sessions">;
  readonly work: Pick<Work, "inventory">;
  /** Its maker says that the host is not there, so that its address may be somebody else's. Default: nobody can tell. */
  isAbsent?(host: string): Promise<boolean>;
}

export function makeLooks(on: LookingAt): Looks {
  const made = new Map<string, Promise<LookAnswer>>();
  function once(look: Look): Promise<LookAnswer> {
    return kept(made, JSON.stringify([look.host, look.script]), () => answerTo(look, on));
  }
  return {
    answers: async (looks) => {
      const names = Object.keys(looks);
      const answers = await Promise.all(Object.values(looks).map(once));
      return Object.fromEntries(answers.map((answer, index) => [names[index], answer]));
    },
  };
}

// A host whose key nobody wrote down yet is introduced by its own work, not on the way to another one.
async function answerTo({ host: name, script }: Look, { world, work, isAbsent }: LookingAt): Promise<LookAnswer> {
  const host = work.inventory.hosts.get(name);
  if (host === undefined) return notAsked(`${name} is not in the inventory`);
  if (await isAbsent?.(name)) return notAsked(`${name} is not there yet`);
  if (!(await world.sessions.knows(host))) return notAsked(`nobody knows ${name} by its key yet`);
  try {
    const { shell } = await world.sessions.of(host);
    const { exitStatus, stdout, stderr } = await shell.check({ script, args: [] }, { deadlineMs: 30_000 });
    if (exitStatus === 0) return { look: "answered", printed: stdout };
    const message = `looking at ${name}: exit status ${exitStatus}${stderr.trim() === "" ? "" : `: ${stderr.trim()}`}`;
    return { look: "failed", because: { code: "failed", message } };
  } catch (thrown) {
    if (thrown instanceof ProblemError) return { look: "failed", because: problemOf(thrown) };
    throw thrown;
  }
}

function notAsked(because: string): LookAnswer {
  return { look: "not asked", because };
}
