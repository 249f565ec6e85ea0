// Files of manifests below one folder: nothing outside of it is read, and not more than a lab has.
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { why } from "../../../lib/why.ts";
import { decodeUtf8 } from "../../../model/documents/parse.ts";

export type Found =
  | { readonly found: "file"; readonly path: string }
  | { readonly found: "folder"; readonly path: string }
  | { readonly found: "nothing"; readonly because: string };

export interface Folder {
  /** What is at an absolute path, links followed; nothing where it leads outside. */
  at(path: string): Found;
  /** Throws an Error with words where it cannot be read. */
  text(path: string): string;
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
        const below = relative(root, real);
        if (below.startsWith("..") || isAbsolute(below)) return { found: "nothing", because: `it is outside of ${root}` };
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
    names: (path) => readdirSync(path).toSorted(),
  };
}

/** The kustomization of a folder, by the names that kustomize takes. */
export function kustomizationIn(path: string, folder: Folder): string | undefined {
  const names = ["kustomization.yaml", "kustomization.yml", "Kustomization"].map((name) => join(path, name));
  return names.find((name) => folder.at(name).found === "file");
}
