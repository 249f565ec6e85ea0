// One login to one Pi-hole for the whole run, and requests with it.
import { setTimeout as sleep } from "node:timers/promises";
import { type Problem, ProblemError, problemOf } from "../../model/problem.ts";
import { ask, type Dial, type Reply, type Request } from "./http.ts";
import { loginProblem } from "./problems.ts";
import { type Answered, inside, isPassing, jsonOf, refusalOf } from "./wire.ts";

export interface SessionOptions {
  readonly dial: Dial;
  /** "the Pi-hole on HOST". */
  readonly where: string;
  /** The secret's name and how to get its value; without one only a Pi-hole without a password lets us in. */
  readonly password: { readonly name: string; value(): Promise<string> } | undefined;
}

/** Who is logged in: `sid` is undefined where the Pi-hole has no password. */
export type Login = { readonly login: "in"; readonly sid: string | undefined } | { readonly login: "nothing"; readonly because: string };

/** Another login within a second of three failed ones, whoever made them, is turned away: no attempt of ours counts as one. */
const turnedAwayMs = [1100, 1100];
/** A Pi-hole that restarts cuts connections: what only reads is asked again. */
const cutMs = [150, 300, 600, 1200];

export class PiholeSession {
  readonly #options: SessionOptions;
  #login: Promise<Login> | undefined;
  #requests = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  get requests(): number {
    return this.#requests;
  }

  get where(): string {
    return this.#options.where;
  }

  /**
   * Logs in once; a session and a refused password hold for the whole run. Where nothing answers, or something else than a Pi-hole, whoever asks later
   * asks anew: the run may install one meanwhile. Throws ProblemError (privilege, missing, unknown).
   */
  login(): Promise<Login> {
    this.#login ??= this.#enter().then(
      (entered) => {
        if (entered.login === "nothing") this.forget();
        return entered;
      },
      (thrown: unknown) => {
        if (problemOf(thrown).code === "missing") this.forget();
        throw thrown;
      },
    );
    return this.#login;
  }

  /** All sessions were ended: the next request logs in anew. */
  forget(): void {
    this.#login = undefined;
  }

  /** Reads, and asks again where a connection was cut. Throws ProblemError when it is refused or stays away. */
  async get(path: string): Promise<Readonly<Record<string, unknown>>> {
    let reply = await this.send({ method: "GET", path });
    for (const wait of cutMs) {
      if (reply.reply === "answered" && !isPassing(refusalOf(reply) ?? "")) break;
      await sleep(wait);
      reply = await this.send({ method: "GET", path });
    }
    const refusal = reply.reply === "answered" ? refusalOf(reply) : reply.because;
    if (reply.reply !== "answered" || refusal !== undefined) throw new ProblemError(this.#unread(path, refusal));
    return jsonOf(reply);
  }

  /** One request, sent once. Throws ProblemError when it cannot log in. */
  async send(asked: Omit<Request, "sid">): Promise<Reply> {
    const entered = await this.login();
    if (entered.login === "nothing") return { reply: "closed", because: entered.because };
    return this.#ask({ ...asked, ...(entered.sid === undefined ? {} : { sid: entered.sid }) });
  }

  /** Gives the session back, so that its seat is free. Never throws. */
  async logout(): Promise<void> {
    const entered = await this.#login?.catch(() => undefined);
    this.#login = undefined;
    if (entered?.login === "in" && entered.sid !== undefined) await this.#ask({ method: "DELETE", path: "/auth", sid: entered.sid, deadlineMs: 5000 });
  }

  async #enter(): Promise<Login> {
    const { password } = this.#options;
    const body = password === undefined ? undefined : JSON.stringify({ password: await password.value() });
    const request: Request = body === undefined ? { method: "GET", path: "/auth" } : { method: "POST", path: "/auth", body };
    const reply = await this.#patiently(request);
    if (reply.reply !== "answered") return { login: "nothing", because: reply.because };
    return this.#entered(reply);
  }

  #entered(reply: Answered): Login {
    const { valid, sid } = inside(jsonOf(reply), "session");
    if (reply.status !== 200 || valid !== true) throw new ProblemError(loginProblem(reply, this.where, this.#options.password?.name));
    return { login: "in", sid: typeof sid === "string" ? sid : undefined };
  }

  // A login that was cut off may have taken a seat; it is tried again all the same, for nobody would be told of that seat.
  async #patiently(request: Request): Promise<Reply> {
    let reply = await this.#ask(request);
    for (const wait of turnedAwayMs) {
      if (reply.reply !== "answered" || inside(jsonOf(reply), "error")["key"] !== "rate_limiting") break;
      await sleep(wait);
      reply = await this.#ask(request);
    }
    for (const wait of cutMs) {
      if (reply.reply !== "lost") break;
      await sleep(wait);
      reply = await this.#ask(request);
    }
    return reply;
  }

  #ask(request: Request): Promise<Reply> {
    this.#requests += 1;
    return ask(this.#options.dial, request);
  }

  #unread(path: string, because: string | undefined): Problem {
    return { code: "unknown", message: `reading ${path.replace(/\?.*$/, "")} of ${this.where}: ${because ?? "no answer"}` };
  }
}
