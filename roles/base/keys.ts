// Where an account's public keys come from, and what they are once looked up.
import type { Input } from "hlx";
import type { BaseUser, KeySource } from "./params.ts";

const isLiteral = /^(ssh-|ecdsa-|sk-)\S* /;

/** The inputs of an account's keys: files and GitHub accounts, by a name each. */
export function keyInputs(name: string, { keys }: BaseUser): Readonly<Record<string, Input>> {
  return Object.fromEntries(sourcesOf(keys).flatMap((source, index) => inputOf(source).map((input) => [inputName(name, index), input])));
}

/** The account's keys, each once, without comments and empty lines. */
export function keyLines(name: string, { keys }: BaseUser, inputs: Readonly<Record<string, string>>): readonly string[] {
  const texts = sourcesOf(keys).map((source, index) =>
    typeof source === "string" && isLiteral.test(source) ? source : (inputs[inputName(name, index)] ?? ""),
  );
  const lines = texts.flatMap((text) => text.split(/\r?\n/)).map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== "" && !line.startsWith("#")))];
}

function sourcesOf(keys: BaseUser["keys"]): readonly KeySource[] {
  if (keys === undefined) return [];
  return Array.isArray(keys) ? (keys as readonly KeySource[]) : [keys as KeySource];
}

function inputOf(source: KeySource): readonly Input[] {
  if (typeof source !== "string") return [{ input: "github-keys", user: source.github }];
  return isLiteral.test(source) ? [] : [{ input: "file", path: source }];
}

function inputName(name: string, index: number): string {
  return `keys/${name}/${index}`;
}
