// Why a file could not be read or written, in words.
import { readdirSync } from "node:fs";
import { dirname } from "node:path";

/** What the operating system answered, by its code (errno(3)); the error's own text for one that is not common. */
export function why(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  return words.get(code) ?? (thrown instanceof Error ? (code === "" ? thrown.message : code) : String(thrown));
}

/** True when the answer was that there is no such file. */
export function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
}

/** What the folder of a file holds: to suggest the name that was meant. Nothing where it cannot be read. */
export function namesBeside(file: string): readonly string[] {
  try {
    return readdirSync(dirname(file));
  } catch {
    return [];
  }
}

const words: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "there is no such file"],
  ["EISDIR", "it is a folder"],
  ["ENOTDIR", "a part of its path is no folder"],
  ["EACCES", "this user may not"],
  ["EPERM", "this user may not"],
  ["EROFS", "the file system is read-only"],
  ["ENOSPC", "the disk is full"],
  ["ELOOP", "links point at each other"],
  ["ENAMETOOLONG", "the name is too long"],
  ["ERR_FS_FILE_TOO_LARGE", "it is larger than 2 GiB"],
]);
