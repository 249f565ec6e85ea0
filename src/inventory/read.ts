// Reads an inventory from a file or a folder.
import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { decodeUtf8 } from "../model/documents/parse.ts";
import type { Inventory } from "../model/host.ts";
import { ProblemError } from "../model/problem.ts";
import type { LoadOptions } from "./load.ts";
import { inventorySources } from "./sources.ts";

/** The inventory at a path: a file, or a folder that holds inventory.yaml. Relative paths are relative to `cwd`. Throws ProblemError. */
export function readInventory(path: string, options: LoadOptions & { readonly cwd: string }): Inventory {
  const { cwd, ...rest } = options;
  const file = fileAt(resolve(cwd, path), path);
  const text = decodeUtf8(file, readFileSync(file));
  const source = inventorySources.find((each) => each.recognises(file, text));
  if (source === undefined) throw new ProblemError({ code: "input", message: `${path} is in no format that hlx knows` });
  return source.load({ file, text, readFile: (name) => decodeUtf8(name, readFileSync(resolve(cwd, name))), ...rest });
}

function fileAt(absolute: string, shown: string): string {
  const status = statSync(absolute, { throwIfNoEntry: false });
  if (status?.isDirectory()) return fileAt(join(absolute, "inventory.yaml"), join(shown, "inventory.yaml"));
  if (status?.isFile()) return absolute;
  throw new ProblemError({ code: "input", message: `there is no inventory at ${shown}`, hint: "write a first one with: hlx init" });
}
