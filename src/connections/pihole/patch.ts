// Changing settings: one PATCH with everything, then waiting for the new FTL where the settings ask for one.
import { setTimeout as sleep } from "node:timers/promises";
import { isRecord, type Json, same } from "../../lib/json.ts";
import { type PiholeSetting, type PiholeSettings, piholeNormal } from "../../model/ports/pihole.ts";
import type { StepResult } from "../../model/step.ts";
import type { Reply } from "./http.ts";
import { readSettings } from "./reads.ts";
import { done, failed, unknown } from "./results.ts";
import type { PiholeSession } from "./session.ts";
import { inside, jsonOf, refusalOf } from "./wire.ts";

/** FTL reads no request body above 64 KiB, and says only that there is none. */
const bodyLimit = 65_536;
/** It is back after 0.3 to 1.5 s. */
const backMs = 30_000;
const pollMs = 100;
/** Uptimes are rounded. */
const toleranceMs = 5;

/** Sends `{ config }` once. `password` is set, too, where it is given. */
export async function patchConfig(session: PiholeSession, send: Json, password: string | undefined): Promise<StepResult> {
  const body = JSON.stringify(password === undefined ? send : withPassword(send, password));
  const bytes = Buffer.byteLength(body);
  if (bytes > bodyLimit) return failed(`the settings are ${bytes} bytes together, and a Pi-hole takes ${bodyLimit} at once: put fewer names into dns.hosts`);
  const [before, old] = await Promise.all([readSettings(session), uptimeOf(session)]);
  if (before.answer === "nothing") return failed(before.because);
  const anew = changedBy(send, before.is).some(({ restarts }) => restarts);
  const reply = await session.send({ method: "PATCH", path: "/config", body });
  if (password !== undefined) session.forget();
  return ended(session, reply, { send, anew, old });
}

/** How long FTL had been running, in milliseconds, at a time of this process's clock. */
interface Uptime {
  readonly uptime: number;
  readonly at: number;
}

interface Sent {
  readonly send: Json;
  /** A setting changes that starts FTL anew. */
  readonly anew: boolean;
  readonly old: Uptime;
}

async function ended(session: PiholeSession, reply: Reply, sent: Sent): Promise<StepResult> {
  if (reply.reply === "closed") return failed(reply.because);
  const refusal = reply.reply === "answered" ? refusalOf(reply) : undefined;
  if (refusal !== undefined) return failed(`it answered: ${refusal}${hintFor(reply)}`);
  if (reply.reply === "lost" && !(await isThere(session, sent.send)))
    return unknown(`the connection was cut before it answered (${reply.because}), and the settings are not there`);
  const back = !sent.anew || (await newFtl(session, sent));
  return back
    ? done(reply.reply === "lost" ? "the answer was lost; the settings are there" : "")
    : failed(`FTL did not come back in ${backMs / 1000} s after its settings changed: look at \`journalctl -u pihole-FTL\` there`);
}

function withPassword(send: Json, password: string): Json {
  const config = inside(send, "config");
  const [webserver, api] = [inside(config, "webserver"), inside(inside(config, "webserver"), "api")];
  return { config: { ...config, webserver: { ...webserver, api: { ...api, password } } } } as Json;
}

function hintFor(reply: Reply): string {
  return reply.reply === "answered" && reply.status === 403 ? " (an app password changes settings only where webserver.api.app_sudo is on)" : "";
}

/** The settings that this body would change. */
function changedBy(send: Json, { settings }: PiholeSettings): readonly PiholeSetting[] {
  return [...leavesOf(inside(send, "config"), [])].flatMap(([key, value]) => {
    const setting = Object.hasOwn(settings, key) ? settings[key] : undefined;
    return setting === undefined || same(piholeNormal(value), piholeNormal(setting.value)) ? [] : [setting];
  });
}

function* leavesOf(value: unknown, path: readonly string[]): Iterable<readonly [string, Json]> {
  if (!isRecord(value)) yield [path.join("."), value as Json];
  else for (const [name, member] of Object.entries(value)) yield* leavesOf(member, [...path, name]);
}

// The old process answers for a while, then connections are cut; the new one has been running for less time than the old one would have been.
async function newFtl(session: PiholeSession, { old }: Sent): Promise<boolean> {
  const until = performance.now() + backMs;
  while (performance.now() < until) {
    await sleep(pollMs);
    const askedAt = performance.now();
    const reply = await session.send({ method: "GET", path: "/info/ftl" });
    if (reply.reply !== "answered" || reply.status !== 200) continue;
    if (Number(inside(jsonOf(reply), "ftl")["uptime"]) < old.uptime + (askedAt - old.at) - toleranceMs) return true;
  }
  return false;
}

async function uptimeOf(session: PiholeSession): Promise<Uptime> {
  const uptime = Number(inside(await session.get("/info/ftl"), "ftl")["uptime"]);
  return { uptime, at: performance.now() };
}

// Sent, and no answer: what the settings are now tells whether it was done. It is never sent again.
async function isThere(session: PiholeSession, send: Json): Promise<boolean> {
  const now = await readSettings(session);
  return now.answer === "given" && changedBy(send, now.is).length === 0;
}
