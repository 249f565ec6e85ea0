// The registry of inventory formats: a file is read by the first source that recognises it.
import type { Inventory } from "../model/host.ts";
import { type LoadOptions, loadInventory } from "./load.ts";

export interface InventorySource {
  readonly name: string;
  recognises(file: string, text: string): boolean;
  load(source: { readonly file: string; readonly text: string } & LoadOptions): Inventory;
}

const native: InventorySource = { name: "hlx", recognises: () => true, load: loadInventory };

/** Tried in this order; hlx's own format is last, because its messages are for whoever writes one. */
export const inventorySources: readonly InventorySource[] = [native];
