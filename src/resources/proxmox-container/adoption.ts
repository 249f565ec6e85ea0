// Taking over a container that somebody else made, and what its role's params would have to say for it to stay as it is.
import type { Adoption, Change, Word } from "../../model/kind.ts";
import { marked } from "../proxmox/adoption.ts";
import { withoutMark } from "../proxmox/mark.ts";
import type { ProxmoxContainer } from "./desired.ts";
import type { ContainerActual } from "./probe.ts";

export const adoption: Adoption<ProxmoxContainer, ContainerActual> = {
  willing: (desired) => ({ ...desired, adopt: true }),
  taking: ({ cluster, id, name, node, tags }, { settings }) => {
    const mark = marked({ what: `container ${id}`, name, tagged: tags !== undefined, settings });
    return "refused" in mark ? mark : { desired: { cluster, id, name, node, adopt: true, ...mark } };
  },
  words: ({ name }, change) => wordsOf(name, change).map(([word, value]) => ({ path: ["containers", name, word], value })),
};

function wordsOf(name: string, { property, before }: Change): readonly (readonly [string, Word["value"]])[] {
  const is = "value" in before && before.value !== null ? String(before.value) : "";
  const value = values[property]?.(is, name);
  return value === undefined ? [] : [[renamed[property] ?? property, value]];
}

const renamed: Readonly<Record<string, string>> = { onboot: "start", running: "start" };

const number = (is: string): number | null => (is === "" ? null : Number(is));

const values: Readonly<Record<string, (is: string, name: string) => Word["value"]>> = {
  cores: number,
  memory: number,
  swap: number,
  disk: (is) => Math.ceil(Number.parseFloat(is)),
  protection: (is) => is === "1",
  onboot: (is) => (is === "1" ? "boot" : "manual"),
  running: (is) => (is === "true" ? "boot" : "manual"),
  tags: (is) => is.split(";").filter((tag) => tag !== "" && tag !== "hlx"),
  pool: (is) => is || null,
  description: (is, name) => withoutMark(name, is) ?? null,
};
