// Looks at a file: type, owner, mode and hash, and its old text where the plan may show it.
import { sha256 } from "../../lib/hash.ts";
import { absent, type Evidence, type Found, present } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import { plainText } from "../../model/text.ts";
import { denied, missingOwner, missingParent, type Ownership, ownershipOf } from "../ownership.ts";
import { fileRead, type Present } from "../reads/files.ts";
import type { File } from "./desired.ts";

/** A symbolic link is replaced by the file; directories, devices and sockets are never. A link has no more than its type. */
export type FileActual = ({ readonly type: "file"; readonly sha256: string } & Ownership) | { readonly type: "symlink" };

export async function probe(desired: File, on: Pick<Readers, "shell">): Promise<Found<FileActual>> {
  const wanted = desired.absent === true ? undefined : plainText(desired.content);
  const [seen, blockedOn] = await Promise.all([
    on.shell.ask(fileRead, wanted === undefined ? { path: desired.path } : { path: desired.path, unless: sha256(wanted) }),
    desired.absent === true ? undefined : missingOwner(desired, on.shell),
  ]);
  if (seen.seen === "denied") return { found: "unknown", because: denied(desired.path) };
  if (seen.seen === "no-parent") return desired.absent === true ? absent : missingParent(desired.path);
  if (blockedOn !== undefined) return blockedOn;
  return seen.seen === "absent" ? absent : foundAt(desired, seen);
}

function foundAt(desired: File, seen: Present): Found<FileActual> {
  if (seen.type === "symlink") return present({ type: "symlink" });
  if (seen.type !== "file") return refused(desired.path, `it is ${seen.type === "directory" ? "a directory" : "no regular file"}`);
  if (seen.sha256 === undefined) return refused(desired.path, "it could not be read");
  return present({ type: "file", sha256: seen.sha256, ...ownershipOf(seen, desired) }, evidenceOf(seen));
}

function refused(path: string, because: string): Found<never> {
  return {
    found: "unknown",
    because: { code: "unknown", message: `looking at the file ${path}: ${because}`, hint: "move it away by hand: hlx replaces regular files and links only" },
  };
}

function evidenceOf({ content }: Present): Evidence | undefined {
  const text = content === undefined ? undefined : textOf(content);
  return text === undefined ? undefined : { text };
}

// Binary content is not shown: no valid UTF-8, or a NUL in it.
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}
