// A stack of containers, run by Compose on the host from a file that hlx renders: hlx decides what is made anew, Compose does it.
import { basename } from "node:path";
import type { Found, Irreversible, Kind, PreImages } from "../model/kind.ts";
import { type Problem, ProblemError, refuseAll } from "../model/problem.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import { type TextInput, text } from "../model/text.ts";
import type { StackActual } from "./compose/actual.ts";
import { clashesOf, stackOrder } from "./compose/clashes.ts";
import { type Stack, schema } from "./compose/desired.ts";
import { diff } from "./compose/diff.ts";
import { type ComposeFile, readCompose } from "./compose/file.ts";
import { imagesOf } from "./compose/images.ts";
import { stackParts } from "./compose/make-stack.ts";
import { previousOf } from "./compose/previous.ts";
import { probe } from "./compose/probe.ts";
import { steps } from "./compose/steps.ts";
import { withTokens } from "./compose/tokens.ts";
import { resourceOf } from "./make.ts";

export const composeStackKind: Kind<Stack, StackActual, "shell" | "docker"> = {
  kind: "compose.stack",
  summary: "A stack of containers from a compose file: services, their files, and what they wait for.",
  schema,
  via: ["shell", "docker"],
  identity: ({ name }) => name,
  probe,
  diff,
  steps,
  absent: (desired) => ({ ...desired, absent: true }),
  images: imagesOf,
  restore,
};

/** One stack as a role gives it. */
export interface ComposeStackOptions extends ResourceOptions {
  /** The project's name, unless the file gives one. */
  readonly name: string;
  /** Its folder on the host. */
  readonly dir: string;
  /** The compose file, as its author wrote it. */
  readonly compose: string;
  /** How messages call the file. Default "compose.yaml". */
  readonly file?: string;
  /** Values of variables in it, before those of its `.env` file. */
  readonly env?: Readonly<Record<string, TextInput>>;
  /** Text files beside it; `.env` and env files are read, everything else goes to the host. With a mode and an owner where the default (0644, with secrets 0600, root) does not do. */
  readonly files?: Readonly<
    Record<string, TextInput | { readonly content: TextInput; readonly mode?: string; readonly owner?: string; readonly group?: string }>
  >;
  /** What tags stand for: digests (`sha256:…`) by image as the file names it, from hlx.lock. */
  readonly locked?: Readonly<Record<string, string>>;
  readonly profiles?: readonly string[];
  readonly pull?: "missing" | "digest" | "never";
  readonly state?: "running" | "stopped";
  readonly prune?: boolean;
  readonly waitSeconds?: number;
  readonly absent?: boolean;
}

/** A stack read and checked, before it is a resource. */
export interface ReadStack {
  readonly compose?: ComposeFile;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Reads a stack's compose file: what Compose would refuse, and what is not wise. */
export function readStack({ name, compose, file = "compose.yaml", env = {}, files = {}, profiles = [] }: ComposeStackOptions): ReadStack {
  const values = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, withTokens(text(value))]));
  const beside = Object.fromEntries(Object.entries(files).map(([path, given]) => [path, withTokens(contentOf(given).content)]));
  return readCompose({ file, content: compose, env: values, files: beside, profiles, name });
}

/** A stack. Throws ProblemError with everything that is wrong with its file. Its networks and volumes are provided to other stacks. */
export function composeStack(options: ComposeStackOptions): Resource<Stack> {
  return resourceFor(options, sound(options));
}

/** What is desired of a stack. Throws ProblemError with everything that is wrong with its file. */
export function stackOf(options: Omit<ComposeStackOptions, keyof ResourceOptions>): Stack {
  return desiredOf(options, sound(options));
}

function sound(options: ComposeStackOptions): ComposeFile {
  const { compose, problems } = readStack(options);
  refuseAll(problems);
  if (compose === undefined) throw new ProblemError({ code: "internal", message: `stack ${options.name} was not read` });
  return compose;
}

function resourceFor(options: ComposeStackOptions, compose: ComposeFile): Resource<Stack> {
  const { name: _, dir, compose: __, file, env, files, profiles, locked, pull, state, prune, waitSeconds, absent, ...brings } = options;
  const provided = (["network", "volume"] as const).flatMap((what) =>
    [...compose[`${what}s`].values()].filter(({ external }) => !external).map((one) => `docker-${what}:${one.name}` as const),
  );
  return resourceOf(composeStackKind, desiredOf(options, compose), {
    ...brings,
    provides: [...(absent === true ? [] : provided), ...(brings.provides ?? [])],
    traces: [`${dir}/compose.yaml`],
  });
}

function desiredOf(options: ComposeStackOptions, compose: ComposeFile): Stack {
  const { dir, files = {}, locked = {}, pull = "missing", state = "running", prune = false, waitSeconds = 120, absent } = options;
  const sent = Object.fromEntries(Object.entries(files).flatMap(([path, given]) => (isRead(path, compose) ? [] : [[path, contentOf(given)]])));
  const parts = stackParts(compose, { dir, files: sent, locked });
  return { name: compose.name, dir, ...parts, pull, state, prune, waitSeconds, ...(absent === true ? { absent } : {}) };
}

/** Several stacks of one host, in the order in which they can start. Throws ProblemError with what is wrong with any of them, and with what two of them want. */
export function composeStacks(stacks: readonly ComposeStackOptions[]): readonly Resource<Stack>[] {
  const all = stacks.map((options) => ({ options, ...readStack(options) }));
  refuseAll(all.flatMap(({ problems }) => problems));
  const read = all.flatMap(({ compose, options }) => (compose === undefined ? [] : [{ compose, options }]));
  refuseAll(clashesOf(read.flatMap(({ compose, options }) => (options.absent === true ? [] : [compose]))));
  const order = stackOrder(read.map(({ compose }) => compose));
  if (!Array.isArray(order)) throw new ProblemError(order as Problem);
  const sorted = read.toSorted((one, other) => order.indexOf(one.compose) - order.indexOf(other.compose));
  return sorted.map(({ options, compose }) => resourceFor(options, compose));
}

function contentOf(given: NonNullable<ComposeStackOptions["files"]>[string]): {
  readonly content: ReturnType<typeof text>;
  readonly mode?: string;
  readonly owner?: string;
  readonly group?: string;
} {
  if (typeof given === "object" && given !== null && "content" in given) return { ...given, content: text(given.content) };
  return { content: text(given) };
}

function isRead(path: string, { document, envFiles }: ComposeFile): boolean {
  return envFiles.has(path) || path === "compose.yaml" || path === basename(document.file);
}

function restore(desired: Stack, before: Found<StackActual>, pre: PreImages): Stack | Irreversible {
  if (before.found === "absent") return { ...desired, absent: true };
  const record = `${desired.dir}/.hlx/desired.json`;
  const old = previousOf(pre.get(record)?.content);
  return old ?? { irreversible: `what stack ${desired.name} was before is not known: hlx had not made it`, copyOf: record };
}
