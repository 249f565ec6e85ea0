// Logging in: which methods are tried, in which order, and what became of each.
import ssh2, {
  type AnyAuthMethod,
  type AuthenticationType,
  type AuthHandlerMiddleware,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from "ssh2";
import type { Identities, Identity } from "./identities.ts";
import { printable } from "./problems.ts";

export interface LogIn {
  readonly user: string;
  /** May still be under way: it is needed only after the host key was accepted. */
  readonly identities: Promise<Identities>;
  /** Asked for once, after every key; undefined when nobody gave one. */
  readonly password?: () => Promise<string | undefined>;
}

/** What was tried so far, in order, with what became of it. */
export interface Attempts {
  readonly handler: AuthHandlerMiddleware;
  tried(): readonly string[];
  /** The methods that the server offers, as far as it said. */
  offered(): readonly string[];
}

type Method = AnyAuthMethod | false;

/**
 * Public keys first, then the password, then one keyboard-interactive question. Never `none`: it costs a round trip and is refused.
 * ssh2 calls the handler only after the host key was accepted, so nothing here reaches a server that was not.
 */
export function logIn(login: LogIn): Attempts {
  const tried: string[] = [];
  let [offered, half]: [readonly string[], boolean] = [[], false];
  const methods = methodsOf(login, tried, { offered: () => offered, half: () => half });
  return {
    tried: () => tried,
    offered: () => offered,
    handler(left, partial, next) {
      offered = left ?? offered;
      half ||= partial === true;
      const may = (method: AuthenticationType) => left === null || left.includes(method);
      const answer = next as (method: Method) => void;
      void nextMethod(methods, may).then(answer, () => answer(false));
    },
  };
}

interface Candidate {
  readonly needs: AuthenticationType;
  method(): Promise<AnyAuthMethod | undefined>;
}

async function nextMethod(methods: AsyncIterator<Candidate>, may: (method: AuthenticationType) => boolean): Promise<Method> {
  for (;;) {
    const { done, value } = await methods.next();
    if (done === true) return false;
    const method = may(value.needs) ? await value.method() : undefined;
    if (method !== undefined) return method;
  }
}

interface Server {
  offered(): readonly string[];
  /** It has taken one method, and wants another beside it. */
  half(): boolean;
}

async function* methodsOf(login: LogIn, tried: string[], { offered, half }: Server): AsyncGenerator<Candidate, undefined> {
  for (const identity of (await login.identities).identities) yield { needs: "publickey", method: async () => publicKey(login.user, identity, tried) };
  const password = once(login.password ?? (async () => undefined));
  yield { needs: "password", method: () => byPassword(login.user, password, tried) };
  // A password that was refused is not tried a second time another way: accounts get locked. One that was half the login is not the other half.
  if (tried.includes("password") && offered().includes("password")) return undefined;
  const another = async () => (half() && tried.includes("password") ? undefined : await password());
  yield { needs: "keyboard-interactive", method: async () => byKeyboard(login.user, { password: await another(), half: half() }, tried) };
  return undefined;
}

function publicKey(username: string, identity: Identity, tried: string[]): AnyAuthMethod {
  const at = tried.push(`publickey ${identity.label}`) - 1;
  if (identity.unlocked !== undefined) return { type: "publickey", username, key: identity.unlocked };
  const failed = (because: string) => {
    tried[at] = `publickey ${identity.label}: ${because}`;
  };
  return { type: "agent", username, agent: new OneKey(identity, failed) };
}

async function byPassword(username: string, ask: () => Promise<string | undefined>, tried: string[]): Promise<AnyAuthMethod | undefined> {
  const password = await ask();
  if (password === undefined) return undefined;
  tried.push("password");
  return { type: "password", username, password };
}

// Some servers ask for the password only this way. One hidden question, once; anything else (a code, a second factor) is not ours to answer, and is shown.
// Without a password it is tried only to learn what the second half of a login would be.
function byKeyboard(username: string, by: { readonly password: string | undefined; readonly half: boolean }, tried: string[]): AnyAuthMethod | undefined {
  let { password } = by;
  if (password === undefined && !by.half) return undefined;
  const at = tried.push("keyboard-interactive") - 1;
  return {
    type: "keyboard-interactive",
    username,
    prompt(...question) {
      const [, , , prompts, finish] = question;
      const given = password;
      const answerable = given !== undefined && prompts.length === 1 && prompts[0]?.echo === false;
      if (answerable) password = undefined;
      else if (prompts.length > 0) tried[at] = `keyboard-interactive, which asked ${prompts.map((one) => JSON.stringify(printable(one.prompt))).join(" and ")}`;
      finish(answerable ? [given] : prompts.map(() => ""));
    },
  };
}

// A class because ssh2 takes an agent only when it is an instance of its own. It holds one key, so that the order of keys is ours.
class OneKey extends ssh2.BaseAgent<ParsedKey> {
  readonly #identity: Identity;
  readonly #failed: (because: string) => void;

  constructor(identity: Identity, failed: (because: string) => void) {
    super();
    this.#identity = identity;
    this.#failed = failed;
  }

  override getIdentities(answer: IdentityCallback<ParsedKey>): void {
    answer(null, [this.#identity.public]);
  }

  override sign(_key: ParsedKey, data: Buffer, ...rest: unknown[]): void {
    // The options may be left out; the callback is last.
    const reply = rest.at(-1) as SignCallback;
    const { hash } = (rest.length > 1 ? rest[0] : {}) as SigningRequestOptions;
    this.#identity.sign(data, hash).then(
      (signature) => reply(null, signature),
      (thrown: unknown) => {
        const because = thrown instanceof Error ? thrown.message : String(thrown);
        this.#failed(because);
        reply(thrown instanceof Error ? thrown : new Error(because));
      },
    );
  }
}

function once<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let asked: Promise<Value> | undefined;
  return () => {
    asked ??= ask();
    return asked;
  };
}
