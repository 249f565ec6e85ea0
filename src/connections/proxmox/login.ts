// Who asks a Proxmox cluster: an API token, or a user with a password and the ticket that it gets.
import { isRecord } from "../../lib/json.ts";
import { ProblemError } from "../../model/problem.ts";
import { wordsOf } from "./failure.ts";
import type { Answer, Method, Params } from "./request.ts";

/** Sends a request that says nothing of who asks. */
export type Plain = (method: Method, path: string, params: Params) => Promise<Answer>;

export interface Login {
  /** The headers of a request. Logs in where that is needed, once for all who wait. Throws ProblemError (privilege, unreachable). */
  headers(method: Method, plain: Plain): Promise<Readonly<Record<string, string>>>;
  /** What was sent with these headers was refused as a login. Is it worth asking once more? */
  refused(headers: Readonly<Record<string, string>>): boolean;
}

/** `USER@REALM!NAME=UUID`. It does not expire by itself, and needs no protection against forged requests. */
export function byToken(token: string): Login {
  return { headers: async () => ({ Authorization: `PVEAPIToken=${token}` }), refused: () => false };
}

export interface Account {
  /** `root@pam`. */
  readonly user: string;
  readonly password: string;
  monotonicMs(): number;
}

interface Ticket {
  readonly ticket: string;
  readonly csrf: string;
  readonly sinceMs: number;
}

/** A ticket is good for two hours (PVE::AccessControl, ticket_lifetime); it is renewed by itself, shown as the password, as the web interface does. */
const renewAfterMs = 3_600_000;

/** A login by password. One that was refused is not tried again: that would lock people out. */
export function byPassword({ user, password, monotonicMs }: Account): Login {
  let current: Promise<Ticket> | undefined;
  let inForce = "";

  async function fetch(proof: string, plain: Plain): Promise<Ticket> {
    return ticketOf(await plain("POST", "/access/ticket", { username: user, password: proof }), { user, sinceMs: monotonicMs() });
  }
  async function renewed(old: Ticket, plain: Plain): Promise<Ticket> {
    return fetch(old.ticket, plain).catch(() => fetch(password, plain));
  }
  async function fresh(plain: Plain): Promise<Ticket> {
    current ??= fetch(password, plain);
    const asking = current;
    const ticket = await asking;
    if (monotonicMs() - ticket.sinceMs < renewAfterMs) return ticket;
    if (current === asking) current = renewed(ticket, plain);
    return current;
  }
  return {
    headers: async (method, plain) => {
      const { ticket, csrf } = await fresh(plain);
      inForce = `PVEAuthCookie=${encodeURIComponent(ticket)}`;
      return { Cookie: inForce, ...(method === "GET" ? {} : { CSRFPreventionToken: csrf }) };
    },
    // Of several that are refused at once, the first gives the ticket up; the others must not give up the next one.
    refused: ({ Cookie: shown }) => {
      if (shown === inForce) current = undefined;
      return true;
    },
  };
}

function ticketOf(answer: Answer, { user, sinceMs }: { readonly user: string; readonly sinceMs: number }): Ticket {
  if ("lost" in answer) throw new ProblemError({ code: "unreachable", message: `logging in to Proxmox as ${user}: ${answer.lost}` });
  if ("failure" in answer) {
    const hint = "the user is NAME@REALM (root@pam), and the password is that of the realm; better: an API token, as proxmox.token";
    throw new ProblemError({ code: "privilege", message: `logging in to Proxmox as ${user}: ${wordsOf(answer.failure)}`, hint });
  }
  const { ticket, CSRFPreventionToken: csrf, NeedTFA: second } = isRecord(answer.data) ? answer.data : {};
  if (second !== undefined || (typeof ticket === "string" && ticket.startsWith("PVE:!tfa!"))) {
    const hint = `give an API token instead: pveum user token add ${user} hlx --privsep 0, then proxmox: { token: !secret NAME }`;
    throw new ProblemError({ code: "privilege", message: `logging in to Proxmox as ${user}: it asks for a second factor`, hint });
  }
  if (typeof ticket !== "string" || typeof csrf !== "string")
    throw new ProblemError({ code: "privilege", message: `logging in to Proxmox as ${user}: the answer holds no ticket` });
  return { ticket, csrf, sinceMs };
}
