// A text file of the role or of the project.
import { open } from "node:fs/promises";
import type { Input } from "../../model/role.ts";
import { decoded, placeOf, refused } from "./beneath.ts";
import type { InputSource, LookingUp } from "./source.ts";

type FileInput = Extract<Input, { input: "file" }>;
const maxBytes = 1024 * 1024;

/** Looked for in the role's folder, then beside the inventory, and only beneath them; UTF-8, at most 1 MiB. */
export const fileSource: InputSource<FileInput> = { input: "file", lockedAs: () => undefined, resolve };

const called = { reading: "the input file", sort: "file", itself: "the file itself" } as const;

async function resolve({ path }: FileInput, looking: LookingUp): Promise<string> {
  const { real } = placeOf(path, looking, called);
  await using handle = await open(real, "r");
  const found = await handle.stat();
  if (!found.isFile()) throw refused(path, called, { because: "it is not a regular file" });
  if (found.size > maxBytes) throw refused(path, called, { because: `it has ${found.size} bytes, more than 1 MiB` });
  return decoded(path, await handle.readFile());
}
