// `${name}` in free variables: another variable of the same host by its name, nothing else; never evaluated.
import { isRecord, type Json } from "../lib/json.ts";
import { didYouMean } from "../lib/suggest.ts";
import type { Position, Problem } from "../model/problem.ts";
import { isSecretRef } from "../model/text.ts";

interface Filling {
  readonly vars: Readonly<Record<string, Json>>;
  readonly done: Map<string, Json>;
  readonly problems: Problem[];
  at(name: string): Position | undefined;
}

/** The variables with their references filled in; `$${` is a literal `${`. Unknown names and cycles come back as problems. */
export function interpolate(
  vars: Readonly<Record<string, Json>>,
  free: ReadonlySet<string>,
  at: (name: string) => Position | undefined,
): { readonly vars: Record<string, Json>; readonly problems: readonly Problem[] } {
  const filling: Filling = { vars, done: new Map(Object.entries(vars).filter(([name]) => !free.has(name))), problems: [], at };
  const filled: Record<string, Json> = Object.create(null);
  for (const name of Object.keys(vars)) filled[name] = resolve(name, [], filling);
  return { vars: filled, problems: filling.problems };
}

function resolve(name: string, chain: readonly string[], filling: Filling): Json {
  const known = filling.done.get(name);
  if (known !== undefined) return known;
  if (chain.includes(name)) return cycle([...chain.slice(chain.indexOf(name)), name], filling);
  const value = fill(filling.vars[name] ?? null, [...chain, name], filling);
  filling.done.set(name, value);
  return value;
}

function cycle(chain: readonly string[], { problems, at }: Filling): Json {
  const [first = "", ...rest] = chain;
  const place = at(first);
  const also = rest.slice(0, -1).flatMap((name) => placed(at(name), `"${name}" is set here`));
  problems.push({ code: "input", message: `the variables refer to each other: ${chain.join(" → ")}`, also, ...(place && { at: place }) });
  return null;
}

function placed(at: Position | undefined, note: string): readonly { readonly at: Position; readonly note: string }[] {
  return at === undefined ? [] : [{ at, note }];
}

function fill(value: Json, chain: readonly string[], filling: Filling): Json {
  if (typeof value === "string") return fillText(value, chain, filling);
  if (Array.isArray(value)) return value.map((item: Json) => fill(item, chain, filling));
  if (!isRecord(value) || isSecretRef(value)) return value;
  const filled: Record<string, Json> = Object.create(null);
  for (const [key, member] of Object.entries(value)) filled[key] = fill(member as Json, chain, filling);
  return filled;
}

const reference = /\$\$\{|\$\{([^}]*)\}/g;

function fillText(text: string, chain: readonly string[], filling: Filling): Json {
  const whole = /^\$\{([^}]*)\}$/.exec(text);
  if (whole !== null) return lookUp(whole[1] ?? "", chain, filling);
  return text.replace(reference, (_, name?: string) => (name === undefined ? "${" : inText(lookUp(name, chain, filling), name, { chain, filling })));
}

function lookUp(name: string, chain: readonly string[], filling: Filling): Json {
  if (Object.hasOwn(filling.vars, name)) return resolve(name, chain, filling);
  const at = filling.at(chain[0] ?? "");
  const hint = didYouMean(name, Object.keys(filling.vars)) ?? "${name} stands for another variable of the host; for a literal one write $${";
  filling.problems.push({
    code: "input",
    message: `the variable "${chain.at(-1)}" refers to "${name}", which is no variable of this host`,
    hint,
    ...(at && { at }),
  });
  return null;
}

function inText(value: Json, name: string, { chain, filling }: { readonly chain: readonly string[]; readonly filling: Filling }): string {
  if (typeof value !== "object") return String(value);
  const at = filling.at(chain[0] ?? "");
  if (value !== null) filling.problems.push({ code: "input", message: `"${name}" is no text, so it cannot stand inside of text`, ...(at && { at }) });
  return "";
}
