// Changing groups, lists, clients and domains one at a time, with groups by name.
import { setTimeout as sleep } from "node:timers/promises";
import { isRecord, type Json } from "../../lib/json.ts";
import type { Api, StepResult } from "../../model/step.ts";
import type { Reply } from "./http.ts";
import { groupIds } from "./reads.ts";
import { done, failed, unknown } from "./results.ts";
import type { PiholeSession } from "./session.ts";
import { isPassing, refusalOf } from "./wire.ts";

/** After gravity the database is read-only for up to 3 s. */
const passingMs = 15_000;
const pollMs = 250;

/** Sends the step; what is refused only because the database is being swapped is sent again. */
export async function writeEntry(session: PiholeSession, { method, path }: Pick<Api, "method" | "path">, send: Json | undefined): Promise<StepResult> {
  const request = { method, path, ...(send === undefined ? {} : { body: JSON.stringify(await withIds(session, send)) }) };
  const until = performance.now() + passingMs;
  for (;;) {
    const reply = await session.send(request);
    const refusal = reply.reply === "answered" ? refusalOf(reply) : undefined;
    if (refusal === undefined || !isPassing(refusal) || performance.now() > until) return resultOf(reply, method);
    await sleep(pollMs);
  }
}

function resultOf(reply: Reply, method: string): StepResult {
  if (reply.reply === "closed") return failed(reply.because);
  if (reply.reply === "lost") return unknown(`the connection was cut before it answered (${reply.because})`);
  if (method === "DELETE" && reply.status === 404) return done("it was gone already");
  const refusal = refusalOf(reply);
  return refusal === undefined ? done("") : failed(`it answered: ${refusal}`);
}

// A group's number is known only once it is made.
async function withIds(session: PiholeSession, send: Json): Promise<Json> {
  if (!isRecord(send) || !Array.isArray(send["groups"])) return send;
  const ids = await groupIds(session);
  return { ...send, groups: send["groups"].map((name) => ids.get(String(name)) ?? -1) } as Json;
}
