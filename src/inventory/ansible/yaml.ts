// A YAML or JSON file of Ansible's as data with places: typed as YAML 1.1, with vault values opened, and nothing evaluated.
import { parseAllDocuments, type Document as YamlDocument } from "yaml";
import { isVault, type Vault } from "../../lib/ansible-vault.ts";
import { finder } from "../../model/documents/finder.ts";
import { linesOf } from "../../model/documents/lines.ts";
import { byPlace } from "../../model/documents/order.ts";
import { syntaxProblems } from "../../model/documents/syntax.ts";
import { type Position, type Problem, ProblemError, refuseAll } from "../../model/problem.ts";
import { type Noted, treeOf } from "./tree.ts";

export interface AnsibleYaml {
  /** Maps have no prototype; undefined for an empty file. */
  readonly value: unknown;
  at(path: readonly (string | number)[], what?: "key" | "value"): Position;
  /** What is odd in it, each with its place. */
  readonly notes: readonly Noted[];
  /** True for a value that came out of a vault, or holds one that did. */
  isSecret(value: unknown): boolean;
}

const longest = 16_000_000;

/** Reads one file. Throws ProblemError with everything that is wrong with it, each with its place. */
export function readAnsibleYaml(file: string, written: string, vault: Vault): AnsibleYaml {
  const secret = isVault(written);
  const text = (secret ? opened(file, written, vault) : written).replace(/^\uFEFF/, "");
  const lines = linesOf(file, text);
  if (secret) lines.hide(0, text.length);
  const documents = parse(file, text);
  const [document, second] = documents;
  if (document === undefined) return { value: undefined, at: () => lines.position(0), notes: [], isSecret: () => secret };
  for (const each of documents) each.warnings = each.warnings.filter(({ code }) => code !== "TAG_RESOLVE_FAILED");
  const tree = treeOf(document, { lines, vault });
  const further: readonly Problem[] =
    second === undefined ? [] : [{ code: "input", message: "expected one document", at: lines.position(second.range[0]), hint: "one file holds one document" }];
  refuseAll(byPlace([...documents.flatMap((each) => syntaxProblems(each, text, lines)), ...tree.problems, ...further]));
  return { value: tree.value, at: finder(document, lines), notes: tree.notes, isSecret: (value) => secret || holds(value, tree.secrets) };
}

function opened(file: string, envelope: string, vault: Vault): string {
  const found = vault(envelope);
  if ("text" in found) return found.text;
  throw new ProblemError({
    code: "input",
    message: `cannot decrypt this file: ${found.wrong}`,
    at: { file, line: 1, column: 1 },
    ...(found.hint !== undefined && { hint: found.hint }),
  });
}

function parse(file: string, text: string): readonly YamlDocument.Parsed[] {
  if (text.length > longest)
    throw new ProblemError({ code: "input", message: `the file is longer than ${longest} characters`, at: { file, line: 1, column: 1 } });
  try {
    const read = parseAllDocuments(text, { version: "1.1", schema: "failsafe", uniqueKeys: false, prettyErrors: false, logLevel: "silent", merge: false });
    return Array.from(read) as readonly YamlDocument.Parsed[];
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ProblemError({ code: "input", message: "nested too deeply", at: { file, line: 1, column: 1 }, cause });
  }
}

function holds(value: unknown, texts: ReadonlySet<string>): boolean {
  if (texts.size === 0) return false;
  if (typeof value === "string") return texts.has(value);
  return typeof value === "object" && value !== null && Object.values(value).some((member) => holds(member, texts));
}
