// Manifests of Kubernetes: a file, a folder, or a folder with a kustomization.yaml, beside the inventory.
import { existsSync, realpathSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { ProblemError } from "../../model/problem.ts";
import type { Input } from "../../model/role.ts";
import { openFolder } from "./manifests/files.ts";
import { gather } from "./manifests/gather.ts";
import type { InputSource, LookingUp } from "./source.ts";

type ManifestsInput = Extract<Input, { input: "manifests" }>;

/** Looked for in the role's folder, then beside the inventory, and only beneath them. The answer is JSON: see model/manifests.ts. */
export const manifestsSource: InputSource<ManifestsInput> = { input: "manifests", lockedAs: () => undefined, resolve };

async function resolve({ path }: ManifestsInput, { roleFolder, inventoryFolder }: LookingUp): Promise<string> {
  if (isAbsolute(path) || path.includes("\0") || path.split(/[\\/]/).includes(".."))
    throw refused(path, "it must be a path inside the role's folder or the inventory's", "use a relative path without ..");
  const root = [roleFolder, inventoryFolder].find((folder) => existsSync(join(folder, path)));
  if (root === undefined) throw refused(path, "there is no such file or folder", "it is looked for in the role's folder, then beside the inventory");
  const real = realpathSync(join(root, path));
  const below = relative(realpathSync(root), real);
  if (below.startsWith("..") || isAbsolute(below)) throw refused(path, "it is a link to a place outside of its folder", "put the files themselves there");
  return JSON.stringify(gather(real, openFolder(realpathSync(root))));
}

function refused(path: string, because: string, hint: string): ProblemError {
  return new ProblemError({ code: "input", message: `reading the manifests ${path}: ${because}`, hint });
}
