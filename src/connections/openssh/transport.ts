// The system's ssh as a transport: the first command logs in and opens a control socket, the others travel over it.
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Problem, ProblemError } from "../../model/problem.ts";
import type { Channel, Transport } from "../channel.ts";
import { onAbort, startDeadline } from "../ssh/deadline.ts";
import { masterArgs, passengerArgs, type SshCommand, settingsArgs } from "./args.ts";
import { type SshProcess, startSsh } from "./child.ts";
import { notIn } from "./problems.ts";

export interface OpenSshOptions {
  readonly command: SshCommand;
  /** The control socket's path, in a folder that is ours alone. */
  readonly socket: string;
  readonly nonce: string;
}

/** Who touches a FIDO key or types a passphrase may take so long, in milliseconds, once the host's key was looked at. */
const handsMs = 60_000;

/** Asks ssh who logs in; it connects when the first command is started. Throws ProblemError (missing, input). */
export async function openSshTransport(options: OpenSshOptions): Promise<Transport> {
  const user = options.command.login.user ?? (await configuredUser(options.command));
  const ways = new Ways(options, user);
  return { user, exec: (line) => ways.exec(line), lost: ways.lost, close: () => ways.close() };
}

/** Rides on the first process: when hlx dies, its input ends, the shell there ends, and so does the login. */
class Ways {
  readonly lost: Promise<Problem>;
  readonly #options: OpenSshOptions;
  readonly #user: string;
  readonly #passengers = new Set<Channel>();
  #master: Promise<SshProcess> | undefined;
  #lose: (problem: Problem) => void = () => undefined;

  constructor(options: OpenSshOptions, user: string) {
    [this.#options, this.#user] = [options, user];
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
  }

  async exec(line: string): Promise<Channel> {
    if (this.#master === undefined) {
      this.#master = this.#logIn(line);
      return (await this.#master).channel;
    }
    await this.#master;
    const { command, socket } = this.#options;
    const { channel } = await startSsh(passengerArgs(command, socket, line), command);
    this.#passengers.add(channel);
    void channel.ended.then(() => this.#passengers.delete(channel));
    return channel;
  }

  async close(): Promise<void> {
    for (const channel of this.#passengers) channel.close();
    const master = await this.#master?.catch(() => undefined);
    if (master === undefined) return;
    master.child.kill();
    await Promise.race([master.channel.ended, sleep(1000, undefined, { ref: false })]);
    master.child.kill("SIGKILL");
    master.channel.close();
    // ssh takes its socket away itself, but not in the first moments after its login.
    await rm(this.#options.socket, { force: true });
  }

  async #logIn(line: string): Promise<SshProcess> {
    const { command, socket, nonce } = this.#options;
    const keys: Buffer[] = [];
    const clock = startDeadline(command.connectTimeoutMs);
    const telling = { line: (text: string) => heard(text, nonce, (key) => keys.push(key)) };
    const master = await startSsh(masterArgs(command, { socket, nonce }, line), { terminal: command.terminal, telling });
    // A host that has shown its key is there: what is waited for now may be hands.
    onAbort(clock.signal, () => void setTimeout(() => master.child.kill(), keys.length > 0 ? handsMs : 0).unref());
    const how = await master.told;
    clock.done();
    if (how === "done") return this.#watch(master);
    const ended = await master.channel.ended;
    await rm(socket, { force: true });
    const why = clock.signal.aborted ? "no login in time" : `status ${master.child.exitCode ?? ended.because}`;
    throw new ProblemError(await notIn({ command, user: this.#user, keys, why, said: master.said() }));
  }

  #watch(master: SshProcess): SshProcess {
    const { address } = this.#options.command.login;
    void master.channel.ended.then((ended) => {
      this.#lose({ code: "unreachable", message: `the connection to ${this.#user}@${address} ended: ${endText(ended)}` });
    });
    return master;
  }
}

/** What a line of ssh's stderr is: `NONCE key TYPE BASE64`, `NONCE in`, or ssh's own words. */
function heard(text: string, nonce: string, shown: (key: Buffer) => void): "ours" | "done" | "other" {
  const [word, what, type = "", key = ""] = text.trim().split(" ");
  if (word !== nonce) return "other";
  if (what === "key" && type !== "NONE") shown(Buffer.from(key, "base64"));
  return what === "key" ? "ours" : "done";
}

function endText({ status, because }: Awaited<Channel["ended"]>): string {
  return because ?? `ssh ended with status ${status}`;
}

function configuredUser(command: SshCommand): Promise<string> {
  const [file = "", ...args] = settingsArgs(command);
  return new Promise((resolve, reject) => {
    execFile(file, args, (error, stdout, stderr) => {
      const user = /^user (\S+)$/m.exec(stdout)?.[1];
      if (user !== undefined) return resolve(user);
      const message = `asking ssh about ${command.login.address}: ${stderr.trim().slice(0, 200) || (error?.message ?? "it named no user")}`;
      reject(new ProblemError({ code: "missing", message, hint: "connection: openssh needs the program ssh here", cause: error }));
    });
  });
}
