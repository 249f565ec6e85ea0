// Files of manifests below one folder: nothing outside of it is read, and not more than a lab has.
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { why } from "../../../lib/why.ts";
import { decodeUtf8 } from "../../../model/documents/parse.ts";
import { isOutside } from "../beneath.ts";

export type Found =
  | { readonly found: "file"; readonly path: string }
  | { readonly found: "folder"; readonly path: string }
  | { readonly found: "nothing"; readonly because: string };

export interface Folder {
  /** What is at an absolute path, links followed; nothing where it leads outside. */
  at(path: string): Found;
  /** Throws an Error with words where it cannot be read. */
  text(path: string): string;
  /** A file that a path that leads nowhere may have meant: the only one of its name, or the one that shares most of its path's end. */
  like(path: string): string | undefined;
  /** The names in a folder, sorted. */
  names(path: string): readonly string[];
}

const mostBytes = 16 * 1024 * 1024;
const mostFiles = 2000;

export function openFolder(root: string): Folder {
  let [bytes, files] = [0, 0];
  return {
    at: (path) => {
      try {
        const real = realpathSync(path);
        if (isOutside(real, root)) return { found: "nothing", because: `it is outside of ${root}` };
        return { found: statSync(real).isDirectory() ? "folder" : "file", path: real };
      } catch (thrown) {
        return { found: "nothing", because: why(thrown) };
      }
    },
    text: (path) => {
      const content = readFileSync(path);
      [bytes, files] = [bytes + content.length, files + 1];
      if (bytes > mostBytes || files > mostFiles) throw new Error(`these manifests are more than ${mostFiles} files or 16 MiB`);
      return decodeUtf8(path, content);
    },
    like: (path) => mostAlike(path, beneath(root)),
    names: (path) => readdirSync(path).toSorted(),
  };
}

function beneath(root: string): readonly string[] {
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => !/(^|\/)(\.|node_modules\/)/.test(name));
  return names.slice(0, 10 * mostFiles).map((name) => join(root, name));
}

// "databases/redis/redis.yaml" was moved where "core/databases/redis/redis.yaml" is.
function mostAlike(path: string, files: readonly string[]): string | undefined {
  const shared = (file: string): number => {
    const [one, other] = [path, file].map((name) => name.split("/").toReversed());
    const end = one?.findIndex((part, index) => part !== other?.[index]) ?? 0;
    return end === -1 ? (one?.length ?? 0) : end;
  };
  const alike = files.filter((file) => basename(file) === basename(path)).toSorted((one, other) => shared(other) - shared(one));
  const [first, second] = alike;
  return first === undefined || (second !== undefined && shared(first) === shared(second)) ? undefined : first;
}

/** The kustomization of a folder, by the names that kustomize takes. */
export function kustomizationIn(path: string, folder: Folder): string | undefined {
  const names = ["kustomization.yaml", "kustomization.yml", "Kustomization"].map((name) => join(path, name));
  return names.find((name) => folder.at(name).found === "file");
}
