// The registry of inventory formats: a file is read by the first source that recognises it.
import type { Inventory } from "../model/host.ts";
import type { AnsibleOptions } from "./ansible/load.ts";
import { looksAnsible } from "./ansible/recognise.ts";
import type { LoadOptions } from "./load.ts";

export interface InventorySource {
  readonly name: string;
  recognises(file: string, text: string): boolean;
  load(source: { readonly file: string; readonly text: string } & AnsibleOptions & Pick<LoadOptions, "live">): Promise<Inventory>;
}

// Loaded when one is read: a list of hosts need not wait for a YAML parser.
const native: InventorySource = { name: "hlx", recognises: () => true, load: async (source) => (await import("./load.ts")).loadInventory(source) };
const ansible: InventorySource = {
  name: "ansible",
  recognises: looksAnsible,
  load: async ({ file, ...options }) => (await import("./ansible/load.ts")).loadAnsible([file], options),
};

/** Tried in this order; hlx's own format is last, because its messages are for whoever writes one. */
export const inventorySources: readonly InventorySource[] = [ansible, native];
