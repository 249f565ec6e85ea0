// known_hosts, the files: read at connect, appended to when a key is trusted, rewritten when one is replaced.
import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ProblemError } from "../../model/problem.ts";
import { type KnownLine, matchesHosts, parseKnownHosts, recordedName } from "./known-hosts.ts";

/** All lines of the files in order. A missing file holds nothing; one that cannot be read throws ProblemError (trust). */
export async function readKnownHosts(files: readonly string[]): Promise<{ readonly entries: readonly KnownLine[]; readonly notes: readonly string[] }> {
  const read = await Promise.all(files.map(async (file) => parseKnownHosts(await textOf(file), file)));
  return { entries: read.flatMap(({ entries }) => entries), notes: read.flatMap(({ notes }) => notes) };
}

/** Appends the lines that are not there yet, in one write; creates the file 0600 and its folder 0700. */
export async function remember(lines: readonly string[], file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const before = await textOf(file);
  const fresh = lines.filter((line) => !before.split(/\r?\n/).includes(line));
  if (fresh.length === 0) return;
  const handle = await open(file, "a", 0o600);
  try {
    // One write of an O_APPEND file: two hosts that are accepted at once do not mix.
    await handle.write(`${before === "" || before.endsWith("\n") ? "" : "\n"}${fresh.join("\n")}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes what is recorded for the host and writes these lines instead, in one rename. Returns how many lines went. */
export async function replace(who: { readonly host: string; readonly port: number }, lines: readonly string[], file: string): Promise<number> {
  const before = await textOf(file);
  const { kept, gone } = without(before, recordedName(who.host, who.port));
  const added = lines.filter((line) => !kept.includes(line));
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  if (gone > 0 || added.length > 0) await rewrite(file, [...kept, ...added].map((line) => `${line}\n`).join(""));
  return gone;
}

/** Removes what is recorded for the host. Wildcard lines, revocations and authorities stay. Returns how many lines it was removed from. */
export function remove(who: { readonly host: string; readonly port: number }, file: string): Promise<number> {
  return replace(who, [], file);
}

function without(text: string, name: string): { readonly kept: readonly string[]; readonly gone: number } {
  let gone = 0;
  const kept = text
    .replace(/\r?\n$/, "")
    .split(/\r?\n/)
    .flatMap((line) => {
      const left = strike(line, name);
      if (left !== line) gone += 1;
      return left === undefined ? [] : [left];
    });
  return { kept: text === "" ? [] : kept, gone };
}

// The line without this name; undefined when no other name is left.
function strike(line: string, name: string): string | undefined {
  const [hosts = ""] = line.trim().split(/[ \t]+/, 1);
  if (hosts === "" || /^[#@]/.test(hosts)) return line;
  if (hosts.startsWith("|")) return matchesHosts(hosts, name) ? undefined : line;
  const names = hosts.split(",");
  const left = names.filter((each) => each.toLowerCase() !== name);
  if (left.length === names.length) return line;
  return left.length === 0 ? undefined : line.replace(hosts, () => left.join(","));
}

// Through a link to the file itself: people keep known_hosts in a repository of dotfiles.
async function rewrite(file: string, text: string): Promise<void> {
  const real = await realpath(file).catch(() => file);
  const mode = await stat(real).then(
    (found) => found.mode & 0o777,
    () => 0o600,
  );
  const staged = `${real}.hlx-${randomBytes(6).toString("hex")}`;
  try {
    const handle = await open(staged, "wx", 0o600);
    await handle.writeFile(text);
    await handle.chmod(mode);
    await handle.sync();
    await handle.close();
    await rename(staged, real);
  } finally {
    await rm(staged, { force: true });
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (thrown) {
    if (isMissing(thrown)) return "";
    throw new ProblemError({ code: "trust", message: `could not read the known host keys in ${file}`, cause: thrown });
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
}
