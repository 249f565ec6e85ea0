// ~/.ssh/config as files: read once, with Include in place.
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import { glob } from "./known-hosts.ts";

export interface ReadConfigOptions {
  readonly home: string;
  log(line: string): void;
}

/** The file's text; an Include before the first Host or Match is put in place (ssh_config(5): relative to ~/.ssh), a later one is noted. Missing is "". */
export async function readSshConfig(file: string, options: ReadConfigOptions): Promise<string> {
  return included(file, options, 0);
}

const deepest = 16;

async function included(file: string, options: ReadConfigOptions, depth: number): Promise<string> {
  const text = await readFile(file, "utf8").catch(() => "");
  const lines = text.split(/\r?\n/);
  const first = lines.findIndex((line) => /^\s*(host|match)\b/i.test(line));
  const pieces = lines.map((line, index) => {
    const patterns = /^\s*include[\s=]+(.+)$/i.exec(line)?.[1];
    if (patterns === undefined) return line;
    if (depth >= deepest || (first >= 0 && index > first)) return skipped(line, file, options);
    return expandAll(patterns, options, depth);
  });
  return (await Promise.all(pieces)).join("\n");
}

function skipped(line: string, file: string, options: ReadConfigOptions): string {
  options.log(`${file}: not read, only an Include before the first Host is: ${line.trim()}`);
  return "";
}

// `Match all` ends the last block of what was included: what follows belongs to no host.
async function expandAll(patterns: string, options: ReadConfigOptions, depth: number): Promise<string> {
  const words = [...patterns.matchAll(/"([^"]+)"|(\S+)/g)].map(([, quoted, plain = ""]) => quoted ?? plain);
  const files = (await Promise.all(words.map((word) => filesOf(word, options.home)))).flat();
  const texts = await Promise.all(files.map((file) => included(file, options, depth + 1)));
  return [...texts, "Match all"].join("\n");
}

async function filesOf(word: string, home: string): Promise<readonly string[]> {
  const path = word.replace(/^~(?=\/)/, () => home);
  const full = isAbsolute(path) ? path : join(home, ".ssh", path);
  if (!/[*?]/.test(basename(full))) return [full];
  const names = await readdir(dirname(full)).catch(() => []);
  return names
    .filter((name) => !name.startsWith(".") && glob(basename(full), name))
    .sort()
    .map((name) => join(dirname(full), name));
}
