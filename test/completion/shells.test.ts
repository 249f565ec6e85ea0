// Completion in bash, zsh and fish themselves: keys are typed on a terminal, and what the shell makes of a tab is run.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";

const bin = new URL("../../bin/hlx.js", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "hlx-shells-"));
writeFileSync(
  join(folder, "inventory.yaml"),
  "format: 1\nplaybook: site.yaml\nhosts: { web1: { address: 192.0.2.1 }, db1: { address: 192.0.2.3 } }\ngroups: { prod: [web1, db1] }\n",
);
writeFileSync(join(folder, "site.yaml"), "- hosts: all\n  roles: [{ base: {}, tags: [system] }]\n");
writeFileSync(join(folder, "monday.yaml"), "[]\n");
// Completion is the real one; any other command says what it was given.
writeFileSync(join(folder, "hlx"), `#!/bin/sh\nif [ "$1" = completion ]; then exec '${process.execPath}' '${bin}' "$@"; fi\nprintf 'got<%s>\\n' "$*"\n`);
chmodSync(join(folder, "hlx"), 0o755);

const env = { PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}`, HOME: folder, TERM: "dumb", PS1: "$ ", INPUTRC: "/dev/null" };

/** Types keys into a shell on a terminal; a program of util-linux gives it one. After a tab, there is time for an answer. */
function typed(shell: string, keys: readonly string[]): string {
  const paced = keys.map((key) => `printf '%s' '${key.replaceAll("'", "'\\''")}'; sleep ${key === "\t" ? 1.2 : 0.4}`).join("; ");
  const { stdout } = spawnSync("sh", ["-c", `{ sleep 0.5; ${paced}; printf '\\nexit\\n'; sleep 0.3; } | script -qec "${shell}" /dev/null`], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  return stdout;
}

const lines: readonly (readonly [string, string, string])[] = [
  ["a command", "hlx valid", "got<validate>"],
  ["a host", "hlx plan -l web", "got<plan -l web1>"],
  ["behind an operator", "hlx plan -l web1:pro", "got<plan -l web1:prod>"],
  ["behind an equals sign", "hlx plan --limit=web", "got<plan --limit=web1>"],
  ["an address", "hlx plan --target db1/b", "got<plan --target db1/base>"],
  ["a file", "hlx plan -p mon", "got<plan -p monday.yaml>"],
];

describe.each([
  ["bash", "bash --norc --noprofile -i", 'eval "$(hlx completion bash)"\n'],
  ["zsh", "zsh -f -i", 'autoload -U compinit; compinit -D -u; eval "$(hlx completion zsh)"\n'],
])("%s", (_, shell, setup) => {
  test("completes commands, hosts, patterns, addresses and files", () => {
    const screen = typed(shell, [setup, "true\n", "true\n", ...lines.flatMap(([, line]) => [line, "\t", "\n"])]);
    for (const [, , got] of lines) expect(screen).toContain(got);
  });
  test("without its script, nothing is completed", () => {
    expect(typed(shell, ["true\n", "hlx valid", "\t", "\n"])).toContain("got<valid>");
  });
});

describe("fish", () => {
  const completions = (line: string, script = "hlx completion fish | source; "): string =>
    spawnSync("fish", ["--no-config", "-c", `${script}complete -C $argv[1]`, line], { cwd: folder, env, encoding: "utf8" }).stdout;
  test.each(lines)("completes %s", (_name, line, got) => {
    const word = got.slice(0, -1).split(" ").at(-1)?.replace("got<", "") ?? "";
    expect(
      completions(line)
        .split("\n")
        .map((one) => one.split("\t")[0]),
    ).toContain(word);
  });
  test("shows what a command does", () => expect(completions("hlx valid")).toBe("validate\tfind what is wrong without connecting to any host\n"));
  test("without its script, nothing is completed", () => expect(completions("hlx valid", "")).not.toContain("validate"));
});
