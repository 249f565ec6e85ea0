// Names and values inside the decrypted text: read, listed and set without touching what else stands there.
import { isRecord } from "../lib/json.ts";
import { ProblemError } from "../model/problem.ts";

/** A name that `!secret` takes: words of letters, digits, - and _ with dots between. */
export function isName(name: string): boolean {
  return /^[A-Za-z0-9_][\w-]*(\.[A-Za-z0-9_][\w-]*)*$/.test(name);
}

/** The value of a name in a tree of maps; undefined for a map, a list, nothing. */
export function valueAt(content: unknown, name: string): string | undefined {
  const value = name.split(".").reduce<unknown>((level, part) => (isRecord(level) && Object.hasOwn(level, part) ? level[part] : undefined), content);
  return ["string", "number", "boolean"].includes(typeof value) ? String(value) : undefined;
}

/** Every name that has a value, in the file's order. */
export function namesIn(content: unknown, before = ""): readonly string[] {
  if (!isRecord(content)) return before === "" || content === null ? [] : [before];
  return Object.entries(content).flatMap(([key, value]) => namesIn(value, before === "" ? key : `${before}.${key}`));
}

/** The text with this value under this name; comments and all other values stay. Throws ProblemError where a value stands in the way. */
export async function withValue(text: string, name: string, value: string): Promise<string> {
  const { parseDocument, isMap } = await import("yaml");
  const document = parseDocument(text, { logLevel: "silent" });
  if (document.contents === null) document.contents = document.createNode({}) as unknown as typeof document.contents;
  const path = name.split(".");
  const taken = path.slice(0, -1).findIndex((_, index) => document.hasIn(path.slice(0, index + 1)) && !isMap(document.getIn(path.slice(0, index + 1), true)));
  if (taken >= 0 || isMap(document.getIn(path, true)))
    throw new ProblemError({
      code: "input",
      message: `setting the secret "${name}": "${taken >= 0 ? path.slice(0, taken + 1).join(".") : name}" is there already as ${taken >= 0 ? "a value" : "a map"}`,
      hint: "hlx secrets list shows the names",
    });
  document.setIn(path, document.createNode(value));
  return document.toString({ lineWidth: 0 });
}
