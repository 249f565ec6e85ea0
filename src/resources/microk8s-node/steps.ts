// How a node joins, is labelled, and leaves. The token is made on the first control plane right before, and taken back right after.
import type { Change, Known } from "../../model/kind.ts";
import type { Detached, Run, Step, Wait } from "../../model/step.ts";
import { handed, type Text } from "../../model/text.ts";
import type { Microk8sNode } from "./desired.ts";
import type { Microk8sNodeActual } from "./probe.ts";
import {
  drainScript,
  forgetScript,
  installScript,
  inviteScript,
  joinedScript,
  joinScript,
  labelScript,
  launchScript,
  leaveScript,
  readyScript,
  removeScript,
  revokeScript,
  startScript,
  taintScript,
} from "./scripts.ts";

/** How long a token is good, in seconds: an installation from the store may take minutes. */
const tokenSeconds = "1800";
const storeMs = 1_800_000;
const settleMs = 900_000;

type Found = Known<Microk8sNodeActual>;

export function steps(desired: Microk8sNode, found: Found, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  if (changes.length === 0) return [];
  if (desired.absent === true) return leaving(desired);
  const has = (property: string): boolean => changes.some((one) => one.property === property);
  const words = changes.flatMap(({ property, after }) =>
    property.startsWith("label:") && "value" in after ? [`${property.slice("label:".length)}=${String(after.value)}`] : [],
  );
  const taints = changes.flatMap(({ property }) => (property.startsWith("taint:") ? [property.slice("taint:".length)] : []));
  return [
    ...(has("running") && found.found === "present" ? [detached("start MicroK8s", startScript, [])] : []),
    ...(has("member") ? joining(desired, found) : []),
    ...(has("ready") || has("member") ? [at(desired, ready(desired))] : []),
    ...(words.length > 0 ? [at(desired, run("set labels", labelScript, [desired.node, ...words]))] : []),
    ...(taints.length > 0 ? [at(desired, run("set taints", taintScript, [desired.node, ...taints]))] : []),
  ];
}

function joining(desired: Microk8sNode, found: Found): readonly Step[] {
  const { seed, role, node } = desired;
  if (seed === undefined) return [];
  const { host, address } = seed;
  const worker = role === "worker" ? "--worker" : "";
  const joined: Wait = { do: "wait", until: { title: `${node} has joined`, script: joinedScript, args: [role, address] }, deadlineMs: settleMs };
  return [
    { do: "elsewhere", host, step: run(`make a token for ${node}`, inviteScript, [address, tokenSeconds]), hands: "invitation" },
    ...(found.found === "absent" ? launching(desired) : [{ ...detached(`join ${host}`, joinScript, [worker]), stdin: [handed("invitation"), "\n"] }]),
    joined,
    run("forget the launch configuration", forgetScript, []),
    { do: "elsewhere", host, step: { ...run(`take the token for ${node} back`, revokeScript, []), stdin: [handed("invitation"), "\n"] }, always: true },
  ];
}

// A node that is not installed yet joins by its launch configuration: a file of root's, no argument.
function launching({ names, role, channel }: Microk8sNode): readonly Step[] {
  const more = names.length === 0 ? "" : `extraSANs:\n${names.map((name) => `  - ${JSON.stringify(name)}\n`).join("")}`;
  const worker = role === "worker" ? "  worker: true\n" : "";
  const content: Text = [`version: 0.2.0\n${more}join:\n  url: "`, handed("invitation"), `"\n${worker}`];
  return [
    { ...run("write the launch configuration", launchScript, []), stdin: content },
    { ...detached(`install microk8s from ${channel}`, installScript, [channel]), deadlineMs: storeMs },
  ];
}

function leaving(desired: Microk8sNode): readonly Step[] {
  const { node } = desired;
  return [
    at(desired, detached(`drain ${node}`, drainScript, [node])),
    detached("leave the cluster", leaveScript, []),
    at(desired, detached(`remove ${node} from the cluster`, removeScript, [node])),
  ];
}

function ready({ node }: Microk8sNode): Wait {
  return { do: "wait", until: { title: `${node} is ready`, script: readyScript, args: [node] }, deadlineMs: settleMs };
}

// The first one asks itself.
function at({ seed }: Microk8sNode, step: Run | Detached | Wait): Step {
  return seed === undefined ? step : { do: "elsewhere", host: seed.host, step };
}

function run(title: string, script: string, args: readonly string[]): Run {
  return { do: "run", title, script, args };
}

function detached(title: string, script: string, args: readonly string[]): Detached {
  return { do: "detached", title, script, args, deadlineMs: settleMs };
}
