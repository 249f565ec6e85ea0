// The registry of inventory formats: a file is read by the first source that recognises it.
import type { Inventory } from "../model/host.ts";
import { type AnsibleOptions, loadAnsible } from "./ansible/load.ts";
import { looksAnsible } from "./ansible/recognise.ts";
import { loadInventory } from "./load.ts";

export interface InventorySource {
  readonly name: string;
  recognises(file: string, text: string): boolean;
  load(source: { readonly file: string; readonly text: string } & AnsibleOptions): Inventory;
}

const native: InventorySource = { name: "hlx", recognises: () => true, load: loadInventory };
const ansible: InventorySource = { name: "ansible", recognises: looksAnsible, load: ({ file, ...options }) => loadAnsible([file], options) };

/** Tried in this order; hlx's own format is last, because its messages are for whoever writes one. */
export const inventorySources: readonly InventorySource[] = [ansible, native];
