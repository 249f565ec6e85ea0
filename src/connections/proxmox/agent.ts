// What a guest's own agent tells: the public keys of its SSH server, over the cluster's verified API instead of the network.
import { isRecord } from "../../lib/json.ts";
import type { HostKeys } from "../../model/kind.ts";
import { keyType } from "../ssh/host-key.ts";
import type { Answer, Client } from "./client.ts";
import { problemOfFailure } from "./client.ts";
import { isFree, whereIsTogether } from "./guests.ts";

const files = ["ed25519", "ecdsa", "rsa"].map((type) => `/etc/ssh/ssh_host_${type}_key.pub`);

/** Asks the agent for the files (privilege VM.GuestAgent.FileRead, on PVE 8 VM.Monitor). Throws ProblemError (unreachable, trust). */
export async function hostKeysOf(client: Client, id: number): Promise<HostKeys> {
  const place = await whereIsTogether(client, id);
  if (place === undefined)
    return { known: "never", because: (await isFree(client, id)) ? `guest ${id} is not there` : `guest ${id} is one that the token may not see` };
  const path = `/nodes/${encodeURIComponent(place.node)}/qemu/${id}/agent/file-read`;
  const answers = await Promise.all(files.map((file) => client.ask("GET", path, { file })));
  const keys = answers.flatMap(keyIn);
  return keys.length > 0 ? { known: "keys", keys } : whyNone(id, answers);
}

// What a guest says is data: a line that is no key is none.
function keyIn(answer: Answer): readonly string[] {
  if (!("data" in answer) || !isRecord(answer.data)) return [];
  const [type = "", key = ""] = String(answer.data["content"]).trim().split(/\s+/);
  return keyType(Buffer.from(key, "base64")) === type ? [`${type} ${key}`] : [];
}

function whyNone(id: number, answers: readonly Answer[]): HostKeys {
  const failures = answers.flatMap((answer) => ("failure" in answer ? [answer.failure] : []));
  const denied = failures.find(({ kind }) => kind === "denied");
  if (denied !== undefined) return { known: "never", because: problemOfFailure(denied, `reading the host keys of guest ${id} through its agent`).message };
  if (failures.some(({ text }) => /No QEMU guest agent configured/.test(text))) return { known: "never", because: `guest ${id} has no agent` };
  const silent = failures.some(({ text }) => /not running|got timeout/.test(text));
  return { known: "not yet", waitsFor: silent || failures.length === 0 ? `the guest agent of ${id}` : `the host keys of guest ${id}` };
}
