// The contract that every kind keeps: against a host that may be changed, and against what was recorded of one.
import { readersOf } from "../engine/sessions.ts";
import { canonical } from "../lib/json.ts";
import type { Ahead, AnyKind, Change, Found, Known, PreImages } from "../model/kind.ts";
import type { Endpoint } from "../model/ports/endpoint.ts";
import type { ShellReader, ShellWriter } from "../model/ports/shell.ts";
import { ProblemError } from "../model/problem.ts";
import type { Step, StepResult } from "../model/step.ts";
import { titleOf } from "../model/step.ts";
import { testDigest, testSecret } from "./digest.ts";
import { recordedShell } from "./fake-shell.ts";

/** A host as the contract needs it; what `lock` and `shell` of a Session give. */
export interface ContractHost {
  readonly shell: ShellReader;
  readonly writer: ShellWriter;
  /** The ports beside the shell, for kinds that need them. */
  endpoint?(port: string): Endpoint;
  /** Something that differs when a probe changed the host: hashes of all files, a log of writes. */
  snapshot?(): Promise<string>;
  /** What is kept of replaced files, for undo. */
  preImages?(): Promise<PreImages>;
}

/** One desired state that can be applied to the host. */
export interface ContractCase {
  readonly kind: string;
  readonly name: string;
  readonly desired: unknown;
  /** Is it removed at the end, to try `absent`? Default true; else it ends as it was before, or as desired where nothing brings that back. */
  readonly goneAfterwards?: boolean;
}

/** One rule that a kind broke. */
export interface Broken {
  readonly kind: string;
  readonly name: string;
  readonly rule: string;
  readonly detail: string;
}

/** Applies every case, gets rid of it again, and lists every rule that was broken; empty is good. Cases run in order, on one host. */
export async function runContract(host: ContractHost, kinds: readonly AnyKind[], cases: readonly ContractCase[]): Promise<readonly Broken[]> {
  const broken: Broken[] = [];
  for (const one of cases) {
    const kind = kinds.find((candidate) => candidate.kind === one.kind);
    const rules = new Rules(one, broken);
    if (kind === undefined) rules.hold("is in the registry", false, one.kind);
    else await keeps(kind, one, { host, rules }).catch((thrown: unknown) => rules.hold("throws nothing", false, String(thrown)));
  }
  return broken;
}

class Rules {
  readonly #about: ContractCase;
  readonly #broken: Broken[];

  constructor(about: ContractCase, broken: Broken[]) {
    this.#about = about;
    this.#broken = broken;
  }

  hold(rule: string, kept: boolean, detail: unknown): boolean {
    const { kind, name } = this.#about;
    if (!kept) this.#broken.push({ kind, name, rule, detail: typeof detail === "string" ? detail : canonical(detail) });
    return kept;
  }
}

interface Context {
  readonly host: ContractHost;
  readonly rules: Rules;
}

async function keeps(kind: AnyKind, { desired, goneAfterwards = true }: ContractCase, { host, rules }: Context): Promise<void> {
  const before = await probedTwice(kind, desired, { host, rules });
  if (before === undefined) return;
  rules.hold("absent names all that present names", namesAll(kind, desired, before), kind.diff(desired, before, ahead));
  if (!(await converges(kind, desired, { host, rules }))) return;
  await comesBack(kind, { desired, before }, { host, rules });
  if (kind.absent === undefined || !goneAfterwards) return;
  if (await converges(kind, desired, { host, rules })) await converges(kind, kind.absent(desired), { host, rules });
}

async function probedTwice(kind: AnyKind, desired: unknown, { host, rules }: Context): Promise<Known<unknown> | undefined> {
  const untouched = await host.snapshot?.();
  const first = await probeOn(kind, desired, host);
  const second = await probeOn(kind, desired, host);
  rules.hold("two probes in a row are equal", canonical(recorded(first)) === canonical(recorded(second)), [first, second]);
  rules.hold("a probe changes nothing", untouched === (await host.snapshot?.()), "the snapshots differ");
  const known = first.found === "present" || first.found === "absent";
  rules.hold("the probe finds", known, first);
  return known ? first : undefined;
}

/** What the kind finds on a host of the contract, through the ports that it asks for. */
export function probeOn(kind: AnyKind, desired: unknown, host: Pick<ContractHost, "shell" | "endpoint">): Promise<Found<unknown>> {
  return kind.probe(desired, readersOf({ shell: host.shell, endpoint: (port) => endpointOf(host, port) }, kind.via));
}

function endpointOf({ endpoint }: Pick<ContractHost, "endpoint">, port: string): Endpoint {
  if (endpoint === undefined) throw new ProblemError({ code: "internal", message: `this contract has no port "${port}"` });
  return endpoint(port);
}

/** What is compared and recorded of a finding: everything but evidence. */
function recorded(found: Found<unknown>): unknown {
  return found.found === "present" ? { found: "present", actual: found.actual } : found;
}

function namesAll(kind: AnyKind, desired: unknown, found: Known<unknown>): boolean {
  const named = new Set(kind.diff(desired, { found: "absent" }, ahead).map(({ property }) => property));
  const gone = canonical(desired).includes('"absent":true');
  // What nobody desires is known only once it is found: the plan that shows it removes it.
  const wanted = kind.diff(desired, found, ahead).filter(({ after }) => "hidden" in after || after.value !== null);
  return gone || wanted.every(({ property }) => named.has(property));
}

async function converges(kind: AnyKind, desired: unknown, { host, rules }: Context): Promise<boolean> {
  const found = await probeOn(kind, desired, host);
  if (!isKnown(found)) return rules.hold("the probe finds", false, found);
  const changes = kind.diff(desired, found, ahead);
  const steps = kind.steps(desired, found, { changes, now: new Date(0) });
  rules.hold("each change has a step", changes.length === 0 || steps.length > 0, changes);
  rules.hold("no change, no step", changes.length > 0 || steps.length === 0, steps);
  rules.hold("steps can be saved", canonical(JSON.parse(JSON.stringify(steps))) === canonical(steps), steps);
  for (const result of await done(steps, host)) if (!rules.hold("its steps succeed", result.result === "done", result)) return false;
  const after = await probeOn(kind, desired, host);
  if (!isKnown(after)) return rules.hold("it is found after its steps", false, after);
  const left = kind.diff(desired, after, ahead);
  return rules.hold("steps, probe, diff is empty", left.length === 0, left);
}

async function comesBack(kind: AnyKind, was: { readonly desired: unknown; readonly before: Known<unknown> }, { host, rules }: Context): Promise<void> {
  const old = kind.restore?.(was.desired, was.before, (await host.preImages?.()) ?? new Map());
  if (old === undefined || (typeof old === "object" && old !== null && "irreversible" in old)) return;
  if (!(await converges(kind, old, { host, rules }))) return;
  const again = await probeOn(kind, was.desired, host);
  rules.hold("restore brings back what was found", canonical(recorded(again)) === canonical(recorded(was.before)), [recorded(was.before), recorded(again)]);
}

async function done(steps: readonly Step[], host: ContractHost): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  for (const step of steps) {
    if (step.do === "api") results.push(await endpointOf(host, step.via).call(step, { reveal: testSecret }));
    else if (step.do === "elsewhere") results.push({ result: "failed", output: "", exitStatus: 1, because: `a contract has no host ${step.host}` });
    else if (step.do === "detached" || step.do === "wait" || step.do === "reboot") results.push(await host.writer.long(step, { reveal: testSecret }));
    else results.push(...(await host.writer.batch([step], { reveal: testSecret })));
  }
  return results;
}

function isKnown(found: Found<unknown>): found is Known<unknown> {
  return found.found === "present" || found.found === "absent";
}

const ahead: Ahead = { changing: new Set(), digest: testDigest };

/** One recorded case: what was desired, what each read printed, and what must come of it. */
export interface RecordedCase {
  readonly name: string;
  readonly desired: unknown;
  /** Output by the read's name. */
  readonly reads: Readonly<Record<string, string>>;
  /** Answers of other ports' readers: by port, then by question. */
  readonly ports?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Exit status by script, for checks. */
  readonly checks?: Readonly<Record<string, number>>;
  /** `kind:identity` of what changes before it. */
  readonly changing?: readonly string[];
  readonly expected: RecordedOutcome;
}

/** `changes` are `property: before → after`, with the risk where there is one; `steps` are titles. */
export interface RecordedOutcome {
  readonly found: unknown;
  readonly changes?: readonly string[];
  readonly steps?: readonly string[];
}

/** What the kind makes of a recorded case: compare it with `expected`. */
export async function replay(kind: AnyKind, one: RecordedCase): Promise<RecordedOutcome> {
  const { desired, changing = [] } = one;
  const found = await probeRecorded(kind, one);
  if (!isKnown(found)) return { found };
  const changes = kind.diff(desired, found, { changing: new Set(changing), digest: testDigest });
  const steps = kind.steps(desired, found, { changes, now: new Date(0) });
  return { found: recorded(found), changes: changes.map(spelled), steps: steps.map(titleOf) };
}

/** What the kind finds in a recorded case. */
export function probeRecorded(kind: AnyKind, { desired, reads, ports = {}, checks }: RecordedCase): Promise<Found<unknown>> {
  const answering = ([question, answer]: readonly [string, unknown]) => [question, async () => answer] as const;
  const reader = (port: string) => Object.fromEntries(Object.entries(ports[port] ?? {}).map(answering));
  return probeOn(kind, desired, { shell: recordedShell(reads, checks), endpoint: (port) => ({ reader: reader(port) }) as unknown as Endpoint });
}

function spelled({ property, before, after, risk }: Change): string {
  const [from, to] = [before, after].map((shown) => ("hidden" in shown ? `(${shown.hidden})` : JSON.stringify(shown.value)));
  return `${property}: ${from} → ${to}${risk === "none" ? "" : ` (${risk})`}`;
}
