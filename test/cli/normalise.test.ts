// Words of a command line as commander gets them.
import { describe, expect, test } from "vitest";
import { apply } from "../../src/cli/commands/apply.ts";
import { plan } from "../../src/cli/commands/plan.ts";
import { normalise } from "../../src/cli/parse/normalise.ts";
import { ProblemError } from "../../src/model/problem.ts";

const options = [...plan.options, ...apply.options];

describe("words that are accepted", () => {
  test.each<[string, string[], string[]]>([
    ["a long option stays", ["--limit", "web"], ["--limit", "web"]],
    ["Terraform's -target=x", ["-target=web1/**"], ["--target=web1/**"]],
    ["Terraform's -target x", ["-target", "x"], ["--target", "x"]],
    ["Terraform's -auto-approve", ["-auto-approve"], ["--auto-approve"]],
    ["Terraform's -json", ["-json"], ["--json"]],
    ["Terraform's -detailed-exitcode", ["-detailed-exitcode"], ["--detailed-exitcode"]],
    ["Terraform's -out=x", ["-out=x"], ["--out=x"]],
    ["a letter and its value", ["-l", "web"], ["-l", "web"]],
    ["letters without values together", ["-vvv"], ["-vvv"]],
    ["different letters without values together", ["-Dv"], ["-Dv"]],
    ["a value that begins with a dash", ["-e", "-x=1"], ["-e", "-x=1"]],
    ["a negated option", ["--no-diff"], ["--no-diff"]],
    ["a positional", ["lab/", "-"], ["lab/", "-"]],
  ])("%s", (_, given, words) => expect(normalise(given, options).words).toEqual(words));

  test("what stands behind -- is not looked at", () => {
    expect(normalise(["all", "--", "ls", "-la", "--nonsense"], options)).toEqual({ words: ["all"], rest: ["ls", "-la", "--nonsense"] });
  });
});

describe("words that are refused", () => {
  test.each<[string[], string, string | undefined]>([
    [["--limt", "web"], 'unknown option "--limt"', 'did you mean "--limit"?'],
    [["-limt=web"], 'unknown option "-limt"', 'did you mean "--limit"?'],
    [["-lweb"], "letters are never glued to a value: -lweb", "write -l web"],
    [["-f5"], "letters are never glued to a value: -f5", "write -f 5"],
    [["--frobnicate"], 'unknown option "--frobnicate"', undefined],
    [["-Z"], 'unknown option "-Z"', undefined],
    [["-vZ"], 'unknown option "-vZ"', undefined],
    [["-l", "--json"], "option -l wants a value, got the option --json", undefined],
  ])("%j", (given, message, hint) => {
    const problem = problemOf(() => normalise(given, options));
    expect([problem.message, problem.hint, problem.code]).toEqual([message, hint, "usage"]);
  });
});

function problemOf(work: () => unknown): { readonly message: string; readonly hint?: string; readonly code: string } {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof ProblemError) return thrown.problems[0];
  }
  throw new Error("nothing was refused");
}
