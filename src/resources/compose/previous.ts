// What the host kept of the last apply of a stack: what it was, and which files hlx wrote for it.
import { stringify } from "yaml";
import { isRecord } from "../../lib/json.ts";
import type { Stack, StackService } from "./desired.ts";
import { shownTokens, withTokens } from "./tokens.ts";

/** A service for people: its YAML, with the names of secrets in their places. */
export function readable({ spec }: StackService): string {
  const pieces = spec.map((piece) => (typeof piece === "string" ? piece : withTokens("compose" in piece ? piece.compose : [])));
  const raw: unknown = JSON.parse(pieces.join(""));
  const shown: unknown = JSON.parse(JSON.stringify(raw, (_, value: unknown) => (typeof value === "string" ? shownTokens(value).replaceAll("$$", "$") : value)));
  return stringify(
    isRecord(shown) ? Object.fromEntries(Object.entries(shown).filter(([, member]) => !isRecord(member) || Object.keys(member).length > 0)) : shown,
  );
}

/** What the host kept of the last apply: it may have been written by anybody, so it is looked at, never trusted. */
export function previousOf(kept: unknown): Stack | undefined {
  try {
    const stack: unknown = typeof kept === "string" ? JSON.parse(kept) : undefined;
    const sound =
      isRecord(stack) && isRecord(stack["services"]) && Object.values(stack["services"]).every((one) => isRecord(one) && Array.isArray(one["spec"]));
    if (!sound) return undefined;
    for (const service of Object.values((stack as unknown as Stack).services)) readable(service);
    return stack as unknown as Stack;
  } catch {
    return undefined;
  }
}

/** True for the compose file and for files of the stack as it is desired. */
export function isWanted(path: string, { files }: Stack): boolean {
  return path === "compose.yaml" || Object.hasOwn(files, path);
}

/** The files that hlx wrote at the last apply and that are not desired: paths from the stack's folder, and never out of it. */
export function leftBy(kept: unknown, desired: Stack): readonly string[] {
  const { files } = previousOf(kept) ?? {};
  const paths = isRecord(files) ? Object.keys(files) : [];
  return paths.filter((path) => !isWanted(path, desired) && isInside(path));
}

function isInside(path: string): boolean {
  const parts = path.split("/");
  return !/[\u0000-\u001f]/.test(path) && !parts.some((part) => ["", ".", ".."].includes(part)) && (parts[0] !== ".hlx" || parts[1] === "secrets");
}
