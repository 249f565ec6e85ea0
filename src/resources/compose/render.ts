// A compose file as it stands on the host: one JSON text with every variable filled in, and labels that say what each container was made of.
import { isRecord } from "../../lib/json.ts";
import type { Text } from "../../model/text.ts";
import type { Stack, StackService } from "./desired.ts";
import { withoutTokens } from "./tokens.ts";

export const specLabel = "io.hlx.spec";
export const contentLabel = "io.hlx.content";

/** The value as JSON for Compose: dollars doubled, since nothing is left to fill in. Tokens become pieces again. Keys are sorted, so that equal values have equal text. */
export function jsonText(value: unknown): Text {
  return joined(jsonPieces(value));
}

function jsonPieces(value: unknown): Text {
  if (typeof value === "string") return ['"', ...withoutTokens(value).map((piece) => (typeof piece === "string" ? plain(piece) : { compose: [piece] })), '"'];
  if (Array.isArray(value)) return ["[", ...separated(value.map(jsonPieces)), "]"];
  if (!isRecord(value)) return [JSON.stringify(value ?? null)];
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key): Text => [`"${plain(key)}":`, ...jsonPieces(value[key])]);
  return ["{", ...separated(members), "}"];
}

function plain(text: string): string {
  return JSON.stringify(text).slice(1, -1).replaceAll("$", "$$$$");
}

function separated(parts: readonly Text[]): Text {
  return parts.flatMap((part, index) => (index === 0 ? part : [",", ...part]));
}

/** Neighbouring strings as one. */
export function joined(content: Text): Text {
  const out: Text[number][] = [];
  for (const piece of content) {
    const last = out.at(-1);
    if (typeof piece === "string" && typeof last === "string") out[out.length - 1] = last + piece;
    else out.push(piece);
  }
  return out;
}

/** Of what a container's second label holds the digest: the files that it mounts, and configs that stand in the compose file; undefined without any. */
export function contentText({ uses, inlined }: StackService, { files }: Stack): Text | undefined {
  if (uses.length === 0 && inlined === undefined) return undefined;
  return [...uses.flatMap((path) => [`${path}\0`, ...(files[path]?.content ?? []), "\0"]), ...(inlined ?? [])];
}

/** The whole compose file. */
export function composeText(stack: Stack): Text {
  const services = Object.entries(stack.services).map(([name, service]): Text => [`"${name}":`, ...labelled(service, stack)]);
  const rest = stack.rest.length === 0 ? [] : [",\n", ...stack.rest];
  return joined([`{"name":"${stack.name}",\n"services":{\n`, ...services.flatMap((one, index) => (index === 0 ? one : [",\n", ...one])), "}", ...rest, "}\n"]);
}

// The spec is one JSON object: the labels go in behind its last member, as annotations of Compose's own `labels` would.
function labelled(service: StackService, stack: Stack): Text {
  const content = contentText(service, stack);
  const labels: Text = [
    `"${specLabel}":"`,
    { sha256: service.spec },
    '"',
    ...(content === undefined ? [] : [`,"${contentLabel}":"`, { sha256: content }, '"']),
  ];
  const [first, ...more] = service.spec;
  const rest = typeof first === "string" ? first.slice(labelsStart.length) : "";
  return [labelsStart, ...labels, rest.startsWith("}") ? "" : ",", rest, ...more];
}

/** Every spec begins with its labels, so that hlx's own can be put in front. */
const labelsStart = '{"labels":{';

/** A service's JSON with its labels first, as a map. */
export function specText(raw: Readonly<Record<string, unknown>>, labels: Readonly<Record<string, unknown>>): Text {
  const { labels: _, ...rest } = raw;
  const [first, ...more] = jsonText(rest);
  const body = typeof first === "string" ? first.slice(1) : "";
  const comma = Object.keys(rest).length > 0 ? "," : "";
  return joined(['{"labels":', ...jsonText(labels), comma, body, ...more]);
}
