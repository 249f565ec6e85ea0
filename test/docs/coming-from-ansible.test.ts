// Every command and option that the page for people from Ansible gives to hlx is there.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describeCommands } from "../../src/cli/commands.ts";
import { flagsOf } from "../../src/cli/parse/normalise.ts";

const page = readFileSync("docs/coming-from-ansible.md", "utf8");
const described = await describeCommands();
const optionsOf = new Map(described.map(({ name, options }) => [name, new Set(options.map(flagsOf).flatMap(({ short, long }) => [`-${short}`, `--${long}`]))]));

/** Each `hlx COMMAND …` of a page, as its words. */
function callsIn(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/(?:^ {4}|`)hlx ([^`\n]+)/gm)].map(([, words = ""]) => words.split(/\s+/));
}

/** What is in a call and not in hlx. */
function unknownIn([command = "", ...words]: readonly string[]): readonly string[] {
  const options = optionsOf.get(command);
  if (options === undefined) return [command];
  const end = words.indexOf("--");
  return (end === -1 ? words : words.slice(0, end)).filter((word) => word.startsWith("-") && !options.has(word));
}

test("its calls are hlx's", () => {
  expect(callsIn(page).length).toBeGreaterThan(12);
  expect(callsIn(page).flatMap(unknownIn)).toEqual([]);
});

test("the options that are what they were are options of plan", () => {
  const line = page.split("\n").find((one) => one.includes("are what they were")) ?? "";
  const options = [...line.matchAll(/`(--?[\w-]+)[ `]/g)].map(([, option = ""]) => option);
  expect(options.length).toBeGreaterThan(12);
  expect(options.filter((option) => optionsOf.get("plan")?.has(option) !== true)).toEqual([]);
});

test("a wrong call would be seen", () => {
  expect(callsIn("`hlx plna -p x` and `hlx ping --lmit web -- -x`").flatMap(unknownIn)).toEqual(["plna", "--lmit"]);
});
