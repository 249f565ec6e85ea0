// The nodes of a cluster that may be asked: the one that answered last, and where it does not answer any more, another one that is verified as well.
import { problemOf } from "../../model/problem.ts";
import { type Answer, type Asked, type Door, type Sending, send } from "./request.ts";
import { agentFor, type Server } from "./socket.ts";

export interface Way {
  /** Sends it through the first node that can be connected to. What was sent and not answered is sent again only where that changes nothing. Throws ProblemError. */
  send(what: Asked, sending: Sending): Promise<Answer>;
  /** More nodes, for when the others do not answer. */
  add(servers: readonly Server[]): void;
  /** How often something was sent, or tried to be. */
  requests(): number;
  /** The node that answered last. */
  current(): Server;
  close(): void;
}

export interface WayOptions {
  readonly servers: readonly [Server, ...Server[]];
  readonly connectTimeoutMs: number;
  log?(line: string): void;
}

export function openWay({ servers, connectTimeoutMs, log }: WayOptions): Way {
  const doorOf = (server: Server): Door => ({ server, agent: agentFor(server, { connectTimeoutMs }) });
  let doors: readonly Door[] = servers.map(doorOf);

  let count = 0;
  const sent: typeof send = (...request) => {
    count += 1;
    return send(...request);
  };

  // Who answered stands first from then on.
  function answered(door: Door): void {
    if (door === doors[0]) return;
    log?.(`proxmox: ${nameOf(doors[0]?.server)} does not answer, going on with ${nameOf(door.server)}`);
    doors = [door, ...doors.filter((one) => one !== door)];
  }

  async function through(what: Asked, sending: Sending): Promise<Answer> {
    let first: Tried | undefined;
    for (const door of doors) {
      const tried = await tryThrough(() => sent(door, what, sending), what);
      if (!isSilent(tried, what)) return wholeOf(tried, () => answered(door));
      first ??= tried;
    }
    return wholeOf(first ?? { answer: { lost: "no node" } });
  }

  const known = (server: Server): boolean => doors.some((door) => nameOf(door.server) === nameOf(server));
  return {
    send: through,
    add: (more) => {
      doors = [...doors, ...more.filter((server) => !known(server)).map(doorOf)];
    },
    requests: () => count,
    current: () => doors[0]?.server ?? servers[0],
    close: () => {
      for (const { agent } of doors) agent.destroy();
    },
  };
}

type Tried = { readonly answer: Answer } | { readonly thrown: unknown };

// A connection that was kept open may have been closed by the node just now: a question is asked once more, anything else is not.
async function tryThrough(ask: () => Promise<Answer>, what: Asked): Promise<Tried> {
  try {
    const answer = await ask();
    return { answer: isSilent({ answer }, what) ? await ask() : answer };
  } catch (thrown) {
    return { thrown };
  }
}

// Another node may be asked: nothing was sent, or what was sent changes nothing.
function isSilent(tried: Tried, { method }: Asked): boolean {
  return "thrown" in tried ? problemOf(tried.thrown).code === "unreachable" : method === "GET" && "lost" in tried.answer;
}

function wholeOf(tried: Tried, then: () => void = () => undefined): Answer {
  if ("thrown" in tried) throw tried.thrown;
  then();
  return tried.answer;
}

function nameOf(server: Server | undefined): string {
  return `${server?.host}:${server?.port}`;
}
