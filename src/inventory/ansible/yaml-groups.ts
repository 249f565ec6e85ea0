// Ansible's YAML inventories: groups with hosts, children and vars, from the top of the file down.

import type { Vault } from "../../lib/ansible-vault.ts";
import { isRecord, type Json } from "../../lib/json.ts";
import { didYouMean } from "../../lib/suggest.ts";
import { warnOfNotes } from "./notes.ts";
import { expandHosts } from "./ranges.ts";
import { type Assigned, addChild, addGroup, addHosts, type GroupNode, giveGroup, type Place, report, type World } from "./world.ts";
import { type AnsibleYaml, readAnsibleYaml } from "./yaml.ts";

/** Reads one file into the world; what is wrong inside is reported there. Throws ProblemError when it cannot be parsed. */
export function readYamlGroups(world: World, { file, text, vault }: { readonly file: string; readonly text: string; readonly vault: Vault }): undefined {
  const yaml = readAnsibleYaml(file, text, vault);
  for (const note of yaml.notes.filter(({ what }) => what === "key")) report(world, () => note.at, { message: note.message });
  warnOfNotes(world, yaml.notes);
  const reading: Reading = { world, yaml };
  if (!isRecord(yaml.value))
    return report(world, placeOf(reading, []), { message: "an inventory in YAML is a map of groups", hint: "begin with: all:\n  hosts:" });
  if (Object.hasOwn(yaml.value, "plugin")) return refusePlugin(reading);
  for (const [name, group] of Object.entries(yaml.value)) readGroup(name, group, { reading, path: [name] });
}

interface Reading {
  readonly world: World;
  readonly yaml: AnsibleYaml;
}

interface Here {
  readonly reading: Reading;
  readonly path: readonly string[];
}

function placeOf({ yaml }: Reading, path: readonly string[], what: "key" | "value" = "key"): Place {
  return () => yaml.at(path, what);
}

function refusePlugin(reading: Reading): undefined {
  const message = "this is the configuration of one of Ansible's inventory plugins, which hlx does not run";
  report(reading.world, placeOf(reading, ["plugin"]), {
    message,
    hint: "let Ansible write down what it finds: ansible-inventory -i FILE --list --yaml > hosts.yml",
  });
}

function readGroup(name: string, raw: unknown, { reading, path }: Here): GroupNode {
  const { world } = reading;
  const group = addGroup(world, name, placeOf(reading, path));
  if (raw === null) return group;
  if (!isRecord(raw)) {
    report(world, placeOf(reading, path), { message: `group "${name}" must be a map with hosts, children or vars` });
    return group;
  }
  const here = { reading, path, raw, group };
  // In the order of the file: a host's port counts where the host is named first.
  for (const key of Object.keys(raw)) (readers[key] ?? refuseKey)(here, key);
  return group;
}

interface Section extends Here {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly group: GroupNode;
}

const readers: Readonly<Record<string, (section: Section, key: string) => void>> = Object.assign(Object.create(null), {
  vars: readVars,
  children: readChildren,
  hosts: readHosts,
});

function readVars({ reading, path, raw, group }: Section): void {
  for (const [key, value] of entriesOf("vars", raw, { reading, path }))
    giveGroup(reading.world, group, assigned(key, value, { reading, path: [...path, "vars", key], layer: `group ${group.name}` }));
}

function readChildren({ reading, path, raw, group }: Section): void {
  for (const [child, value] of entriesOf("children", raw, { reading, path })) {
    const at = [...path, "children", child];
    addChild(reading.world, group, { child: readGroup(child, value, { reading, path: at }), at: placeOf(reading, at) });
  }
}

function readHosts({ reading, path, raw, group }: Section): void {
  for (const [host, value] of entriesOf("hosts", raw, { reading, path })) readHost(host, value, { reading, path: [...path, "hosts", host], group });
}

const sections = ["hosts", "children", "vars"] as const;

function refuseKey({ reading, path, group }: Section, key: string): void {
  const hint = didYouMean(key, sections) ?? "a group has hosts, children and vars";
  report(reading.world, placeOf(reading, [...path, key]), { message: `unknown key "${key}" in group "${group.name}"`, hint });
}

// `hosts: one` and `children: one` are short for a map with that one key.
function entriesOf(
  section: (typeof sections)[number],
  raw: Readonly<Record<string, unknown>>,
  { reading, path }: Here,
): readonly (readonly [string, unknown])[] {
  const value = raw[section] ?? null;
  if (value === null) return [];
  if (typeof value === "string" && section !== "vars") return [[value, null]];
  if (isRecord(value)) return Object.entries(value);
  const hint = section === "vars" ? "write each as: name: value" : "write each name on a line of its own, with a colon behind it and without a dash";
  report(reading.world, placeOf(reading, [...path, section]), { message: `${section} of group "${path.at(-1)}" must be a map`, hint });
  return [];
}

function readHost(written: string, raw: unknown, { reading, path, group }: Here & { readonly group: GroupNode }): undefined {
  const { world } = reading;
  const at = placeOf(reading, path);
  const hosts = expandHosts(written);
  if ("wrong" in hosts) return report(world, at, { message: `host ${JSON.stringify(written)}: ${hosts.wrong}` });
  if (raw !== null && !isRecord(raw)) return report(world, at, { message: `what stands under host "${written}" must be a map of variables` });
  const given = Object.entries(raw ?? {}).map(([key, value]) => assigned(key, value, { reading, path: [...path, key], layer: "host" }));
  addHosts(world, group, { ...hosts, given, at });
}

function assigned(key: string, value: unknown, { reading, path, layer }: Here & { readonly layer: string }): Assigned {
  return { key, value: value as Json, layer, at: placeOf(reading, path), ...(reading.yaml.isSecret(value) && { secret: true }) };
}
