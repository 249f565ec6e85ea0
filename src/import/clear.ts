// Passwords and keys in what is taken over as it stands: they would be in clear in a playbook, so that part is left out and told.
import { isRecord, type Json } from "../lib/json.ts";
import { looksSecret } from "../model/documents/document.ts";
import type { Position } from "../model/problem.ts";
import type { Statement } from "./blocks.ts";
import type { Note } from "./gathered.ts";

/** The name of the first secret in a value, undefined without one. */
export function secretInJson(value: Json | undefined): string | undefined {
  if (Array.isArray(value)) return (value as readonly Json[]).map(secretInJson).find((found) => found !== undefined);
  if (!isRecord(value)) return undefined;
  const members = Object.entries(value as Readonly<Record<string, Json>>);
  return members.map(([key, member]) => (isLiteral(member) && holdsSecret(key) ? key : secretInJson(member))).find((found) => found !== undefined);
}

function isLiteral(value: Json): boolean {
  return (typeof value === "string" && value !== "") || typeof value === "number";
}

/** The word before the first secret in a statement, undefined without one. */
export function secretInStatement({ words, block = [] }: Statement): string | undefined {
  const named = words.slice(0, -1).find(({ text, quoted }) => !quoted && holdsSecret(text));
  // What a database is opened with: dlz and dyndb take it as one text (BIND 9 Administrator Reference Manual, "Dynamically Loadable Zones").
  const within = words.flatMap(({ text, quoted }) => (quoted ? keysIn(text) : [])).find(holdsSecret);
  return named?.text ?? within ?? block.map(secretInStatement).find((found) => found !== undefined);
}

function keysIn(text: string): readonly string[] {
  return [...text.matchAll(/([\w-]+)\s*[=:]\s*\S/g)].map(([, key = ""]) => key);
}

// A file or a name that leads to a secret is none.
function holdsSecret(key: string): boolean {
  return (looksSecret(key) || /^pass$/i.test(key)) && !/(file|path|name|url|ttl)$/i.test(key);
}

/** What is told of a part that was left out; the line itself is never shown. */
export function leftInClear({ part, secret, at }: { readonly part: string; readonly secret: string; readonly at: Position }): Note {
  const { text: _, ...place } = at;
  return { message: `${part} is not taken over: "${secret}" in it would stand in clear in the playbook, and has no param that takes a secret`, at: place };
}

/** The statements without those that hold a secret, which are noted. */
export function withoutSecrets(statements: readonly Statement[], notes: Note[]): readonly Statement[] {
  return statements.filter((one) => {
    const secret = secretInStatement(one);
    if (secret !== undefined) notes.push(leftInClear({ part: one.words[0]?.text ?? "it", secret, at: one.at }));
    return secret === undefined;
  });
}
