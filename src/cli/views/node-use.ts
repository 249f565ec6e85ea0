// How much of a Proxmox node is in use: a row of a table.
import { sizeText } from "../../lib/size.ts";
import type { Problem } from "../../model/problem.ts";
import { visible } from "./escape.ts";
import type { Screen } from "./paint.ts";

/** One node; memory and storages in MiB. `guests` is what those that run there may use. */
export type NodeUse = { readonly host: string } & (
  | {
      readonly cores: { readonly has: number; readonly busy: number; readonly guests: number };
      readonly memory: { readonly has: number; readonly used: number; readonly guests: number };
      readonly storages: readonly { readonly storage: string; readonly has: number; readonly used: number }[];
    }
  | { readonly untold: Problem }
);

/** A row of the table of `hlx status`; marked where its guests may use more than there is. */
export function useRow(use: NodeUse, paint: Screen["paint"]): readonly string[] {
  if ("untold" in use) return [paint("yellow", "?"), visible(use.host), "", "use", visible(use.untold.message)];
  const { host, cores, memory, storages } = use;
  const over = cores.guests > cores.has || memory.guests > memory.has;
  const said = [
    `${Math.round(cores.busy * 100)} % of ${cores.has} cores (guests have ${cores.guests})`,
    `${sizeText(memory.used)} of ${sizeText(memory.has)} memory (guests have ${sizeText(memory.guests)})`,
    ...storages.map(({ storage, used, has }) => `${storage} ${sizeText(used)} of ${sizeText(has)}`),
  ];
  return [over ? paint("yellow", "!") : "·", visible(host), "", "use", visible(said.join(", "))];
}
