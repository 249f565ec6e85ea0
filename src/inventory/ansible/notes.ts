// Warnings for what is odd in one of Ansible's YAML files.
import type { Noted } from "./tree.ts";
import { type Place, type World, warn } from "./world.ts";

const namedAtMost = 5;

/** One warning for all Jinja of a file, one for each other oddity. Keys that are no text are for the caller. */
export function warnOfNotes(world: World, notes: readonly Noted[]): void {
  warnOfJinja(
    world,
    notes.filter(({ what }) => what === "jinja").map(({ name, at }) => ({ name, at: () => at })),
  );
  for (const { message, at } of notes.filter(({ what }) => what === "scalar")) warn(world, () => at, message);
}

/** One warning for all values that hold Jinja, at the place of the first. */
export function warnOfJinja(world: World, found: readonly { readonly name: string; readonly at: Place }[]): void {
  const [first] = found;
  if (first === undefined) return;
  const names = [...new Set(found.map(({ name }) => name))];
  const more = names.length > namedAtMost ? `, and ${names.length - namedAtMost} more` : "";
  const message = `Jinja in ${names.slice(0, namedAtMost).join(", ")}${more}: hlx evaluates nothing, so it stays text`;
  warn(world, first.at, message);
}
