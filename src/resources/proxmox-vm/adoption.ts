// Taking over a virtual machine that somebody else made, and what the inventory would have to say for it to stay as it is.
import { type Json, same } from "../../lib/json.ts";
import type { Adoption, Shown, Word } from "../../model/kind.ts";
import { marked } from "../proxmox/adoption.ts";
import { propertiesOf } from "../proxmox/properties.ts";
import type { ProxmoxVm } from "./desired.ts";
import type { VmActual } from "./probe.ts";
import { settingSaid } from "./said.ts";

export const adoption: Adoption<ProxmoxVm, VmActual> = {
  willing: (desired) => ({ ...desired, adopt: true }),
  taking: ({ cluster, id, name, node, tags }, { settings }) => {
    const mark = marked({ what: `guest ${id}`, name, tagged: tags !== undefined, settings });
    return "refused" in mark ? mark : { desired: { cluster, id, name, node, adopt: true, ...mark } };
  },
  words: ({ name }, { property, before, after }) => {
    const wanted = new Map(wordsOf(name, property, after));
    const is = wordsOf(name, property, before).filter(([path, value]) => !same(wanted.get(path), value));
    return is.map(([path, value]) => ({ path: path.split("."), value }));
  },
};

type Words = readonly (readonly [path: string, value: Word["value"]])[];

function wordsOf(name: string, property: string, shown: Shown): Words {
  const is = "value" in shown && shown.value !== null ? String(shown.value) : "";
  const own = others[property];
  if (own !== undefined) return own(is);
  if (!plain.test(property)) return [];
  return [[`vm.${property}`, is === "" ? null : (settingSaid(property, { [property]: is, ...(property === "description" ? { name } : {}) }) ?? off[property])]];
}

const plain = /^(cores|sockets|cpu|memory|balloon|bios|machine|agent|boot|protection|tags|startup|description)$/;

/** What stands for a setting of which there is nothing to say. */
const off: Readonly<Record<string, Json>> = { protection: false, tags: [] };

/** Settings whose words are not beside those of `hlx import`. */
const others: Readonly<Record<string, (is: string) => Words>> = {
  disk: (is) => [["vm.disk", is]],
  pool: (is) => [["vm.pool", is === "" ? null : is]],
  onboot: (is) => [["vm.start", is === "1" ? "boot" : "manual"]],
  running: (is) => (is === "false" ? [["vm.start", "manual"]] : []),
  ciuser: (is) => [["vm.user", is === "" ? null : is]],
  nameserver: (is) => [["vm.dns", is === "" ? null : is.split(" ")]],
  searchdomain: (is) => [["vm.search", is === "" ? null : is]],
  ha: (is) => (is === "" ? [["vm.ha", false]] : is === "started, restarts 1, relocates 1" ? [["vm.ha", true]] : []),
  net0: (is) => {
    const { model: _, macaddr, bridge, tag, virtio = macaddr } = propertiesOf(is, "model");
    const vlan = tag === undefined ? [] : [["vm.vlan", Number(tag)] as const];
    return virtio === undefined ? [] : [["mac", virtio], ["vm.bridge", bridge ?? null], ...vlan];
  },
};
