// Opens one remote shell: starts it, becomes root, and learns who answers.
import { setTimeout as sleep } from "node:timers/promises";
import { type Problem, ProblemError } from "../../model/problem.ts";
import type { Channel, Transport } from "../channel.ts";
import { answerTo, noPassword, startLine, startProblem, type Way } from "./become.ts";
import type { Paths, SessionOptions } from "./options.ts";
import { type Counters, RemoteShell, type Reply } from "./remote.ts";
import { hello, orStop, settle } from "./scripts/start.ts";
import { assign } from "./words.ts";

/** The shell as the host knows it: enough to kill its process group, and to tell whether it is still the same. */
export interface Hello {
  readonly uid: number;
  readonly pid: string;
  readonly group: string;
  readonly start: string;
  readonly boot: string;
}

/** A shell that is being started: requests may be sent at once where `eager`; `hello` tells how the start went. */
export interface Opened {
  readonly shell: RemoteShell;
  readonly hello: Promise<Hello>;
}

export interface Opening extends SessionOptions {
  readonly paths: Paths;
  readonly counters: Counters;
  broken(stuck: boolean): void;
}

interface Started {
  readonly channel: Channel;
  readonly way: Way;
  readonly user: string;
  readonly random: { readonly ready: string; readonly prompt: string };
  /** The last 4 KiB of standard error before the shell answered. */
  said(): string;
}

/** Starts a shell. With a password it resolves once sudo has taken it; else at once, and what is sent now is run as soon as the shell is there. Throws ProblemError. */
export async function openShell(transport: Transport, opening: Opening): Promise<Opened> {
  const password = await passwordFor(transport, opening);
  const started = await start(transport, opening, wayOf(transport, opening, password));
  const shell = new RemoteShell(started.channel, opening);
  const ready = shell.ready(started.random.ready);
  const asked = password === undefined ? Promise.resolve(false) : answerPrompt(started, ready, password);
  if (password !== undefined) await inTime(Promise.race([ready, started.channel.ended]), started, opening);
  const greeting = greet(shell, opening);
  const answered = greeting.then(async (reply) => readHello(reply, { started, opening, asked: await asked }));
  answered.catch(() => shell.close());
  if (password !== undefined) await answered;
  return { shell, hello: answered };
}

async function passwordFor({ user }: Transport, { become }: Opening): Promise<string | undefined> {
  return user === "root" || !("password" in become) ? undefined : await become.password?.();
}

function wayOf({ user }: Transport, { become, host }: Opening, password: string | undefined): Way {
  if (user === "root") return "none";
  if (become.how === "su" && password === undefined) throw new ProblemError(noPassword(host, user));
  return become.how === "sudo" && password !== undefined ? "password" : become.how;
}

async function start(transport: Transport, { randomHex, paths }: Opening, way: Way): Promise<Started> {
  const random = { ready: randomHex(16), prompt: randomHex(16) };
  const channel = await transport.exec(startLine(way, { ...random, sh: paths.sh }));
  let said = "";
  const listen = (chunk: Buffer) => {
    said = (said + chunk.toString("utf8")).slice(-4096);
  };
  channel.stderr.on("data", listen);
  return { channel, way, user: transport.user, random, said: () => said.replaceAll(random.prompt, "") };
}

/** Writes the password once, after the random prompt and nothing else was asked for; closes the channel when sudo asks again. */
function answerPrompt({ channel, random, way }: Started, ready: Promise<void>, password: string): Promise<boolean> {
  let [seen, asked, open] = ["", 0, true];
  const listen = (chunk: Buffer) => {
    seen = (seen + chunk.toString("latin1")).slice(-8192);
    while (open && seen.includes(random.prompt)) {
      seen = seen.slice(seen.indexOf(random.prompt) + random.prompt.length);
      asked += 1;
      if (asked === 1) channel.stdin.write(answerTo(way, password));
      else channel.close();
    }
  };
  channel.stderr.on("data", listen);
  return Promise.race([ready, channel.ended]).then(() => {
    open = false;
    channel.stderr.off("data", listen);
    return asked > 0;
  });
}

async function inTime(waiting: Promise<unknown>, started: Started, opening: Opening): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), opening.deadlineMs);
  });
  const first = await Promise.race([waiting, late]);
  clearTimeout(timer);
  if (first !== "late") return;
  started.channel.close();
  throw new ProblemError(startProblem(started.way, { ...whoSaid(started, opening), asked: false, why: `no answer within ${opening.deadlineMs / 1000} s` }));
}

function greet(shell: RemoteShell, { twin, paths, deadlineMs }: Opening): Promise<Reply> {
  const wanted = assign({ hlx_twin: twin ?? "", hlx_twin_file: paths.twin });
  const [reply] = shell.send([{ text: hello, deadlineMs, limit: 4096, strict: false }], wanted + settle);
  shell.write(orStop);
  return reply ?? Promise.reject(new Error("no request was sent"));
}

async function readHello(reply: Reply, told: { readonly started: Started; readonly opening: Opening; readonly asked: boolean }): Promise<Hello> {
  const { started, opening, asked } = told;
  if (reply.reply === "cut") {
    const why = reply.culprit ? `no answer within ${opening.deadlineMs / 1000} s` : await howItEnded(started, reply.because);
    throw new ProblemError(startProblem(started.way, { ...whoSaid(started, opening), asked, why }));
  }
  const [ok = "", uid = "", pid = "", group = "", start = "", boot = ""] = reply.stdout.toString("utf8").split(" ");
  const problem = helloProblem(ok, [uid, pid, group, start], opening);
  if (problem !== undefined) throw new ProblemError(problem);
  return { uid: Number(uid), pid, group, start, boot };
}

async function howItEnded({ channel }: Started, because: Problem): Promise<string> {
  const ended = await Promise.race([channel.ended, sleep(1000, undefined, { ref: false })]);
  return ended === undefined || ended.status === null ? (ended?.because ?? because.message) : `it ended with status ${ended.status}`;
}

function helloProblem(ok: string, numbers: readonly string[], { host, twin }: Opening): Problem | undefined {
  if (ok === "no") {
    const hint = "it may be the real host: nothing was read from it and nothing was changed; start the twins again with hlx lab up";
    return { code: "trust", message: `${host} is not the twin ${twin ?? ""}: its marker is missing or names another`, hint };
  }
  const sound = ok === "yes" && numbers.every((number) => /^\d+$/.test(number));
  return sound ? undefined : { code: "unknown", message: `starting a shell on ${host}: the host's answer makes no sense`, hint: "is /proc mounted there?" };
}

function whoSaid(started: Started, { host }: Opening): { readonly host: string; readonly user: string; readonly said: string } {
  return { host, user: started.user, said: started.said() };
}
