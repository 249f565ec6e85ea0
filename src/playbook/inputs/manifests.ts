// Manifests of Kubernetes: a file, a folder, or a folder with a kustomization.yaml, beside the inventory.
import { realpathSync } from "node:fs";
import type { Input } from "../../model/role.ts";
import { placeOf } from "./beneath.ts";
import { openFolder } from "./manifests/files.ts";
import { gather } from "./manifests/gather.ts";
import type { InputSource, LookingUp } from "./source.ts";

type ManifestsInput = Extract<Input, { input: "manifests" }>;

/** Looked for in the role's folder, then beside the inventory, and only beneath them. The answer is JSON: see model/manifests.ts. */
export const manifestsSource: InputSource<ManifestsInput> = { input: "manifests", lockedAs: () => undefined, resolve };

const called = { reading: "the manifests", sort: "file or folder", itself: "the files themselves" } as const;

async function resolve({ path }: ManifestsInput, looking: LookingUp): Promise<string> {
  const { base, real } = placeOf(path, looking, called);
  return JSON.stringify(gather(real, openFolder(realpathSync(base))));
}
