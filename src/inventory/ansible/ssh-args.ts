// What the options for ssh that an inventory carries (`ansible_ssh_common_args`) mean to hlx.
import { splitWords } from "./words.ts";

export interface SshArgs {
  readonly jump?: string;
  readonly port?: number;
  readonly user?: string;
  readonly keyFile?: string;
  /** What hlx does not take over, as written. */
  readonly ignored: readonly string[];
}

/** Reads `-J`, `-p`, `-l`, `-i` and `-o` with ProxyJump, ProxyCommand (`ssh -W`), Port, User, IdentityFile. Undefined for text with an open quote. */
export function sshArgs(text: string): SshArgs | undefined {
  const options = optionsIn(text);
  if (options === undefined) return undefined;
  const settings = options.flatMap((option) => settingOf(option) ?? []).toReversed();
  const { port, ...rest }: Partial<Settings> = Object.fromEntries(settings.map(({ name, value }) => [name, value]));
  const ignored = options.filter((option) => settingOf(option) === undefined).map(written);
  return { ...rest, ...(port !== undefined && /^\d{1,5}$/.test(port) && { port: Number(port) }), ignored };
}

function written({ name, value }: Option): string {
  return [...(name === "" ? [] : [`-${name}`]), ...(value === "" ? [] : [value])].join(" ");
}

interface Settings {
  readonly jump: string;
  readonly port: string;
  readonly user: string;
  readonly keyFile: string;
}

interface Option {
  /** The letter; "" for a word that is no option. */
  readonly name: string;
  readonly value: string;
}

/** ssh's options that take a value (ssh(1), synopsis). */
const withValue = "BbcDEeFIiJLlmOoPpQRSWw";

function optionsIn(text: string): readonly Option[] | undefined {
  const split = splitWords(text);
  if ("unclosed" in split) return undefined;
  const words = split.words.map((word) => word.text);
  const options: Option[] = [];
  while (words.length > 0) options.push(takeOption(words));
  return options;
}

function takeOption(words: string[]): Option {
  const word = words.shift() ?? "";
  const [, name = "", glued = ""] = /^-([A-Za-z0-9])(.*)$/s.exec(word) ?? [];
  if (name === "") return { name, value: word };
  if (!withValue.includes(name)) return { name: `${name}${glued}`, value: "" };
  return { name, value: glued === "" ? (words.shift() ?? "") : glued };
}

const letters: Readonly<Record<string, keyof Settings>> = { J: "jump", p: "port", l: "user", i: "keyFile" };
const keywords: Readonly<Record<string, keyof Settings>> = { proxyjump: "jump", port: "port", user: "user", identityfile: "keyFile" };

interface Setting {
  readonly name: keyof Settings;
  readonly value: string;
}

function settingOf(option: Option): Setting | undefined {
  const letter = letters[option.name];
  if (letter !== undefined) return { name: letter, value: option.value };
  const [, keyword = "", value = ""] = option.name === "o" ? (/^\s*(\w+)\s*[=\s]\s*(.*?)\s*$/s.exec(option.value) ?? []) : [];
  const name = keywords[keyword.toLowerCase()];
  if (name !== undefined) return { name, value };
  const jump = keyword.toLowerCase() === "proxycommand" ? jumpOf(value) : undefined;
  return jump === undefined ? undefined : { name: "jump", value: jump };
}

// `ssh -W %h:%p -q user@jump` is how a jump was written before ProxyJump; with more in it, it is left alone.
function jumpOf(command: string): string | undefined {
  const [, inner = ""] = /^["']?(?:\/usr\/bin\/)?ssh\s+(.*?)["']?$/s.exec(command) ?? [];
  const options = optionsIn(inner) ?? [];
  const valueOfOption = (wanted: string): string | undefined => options.find(({ name }) => name === wanted)?.value;
  const hosts = options.filter(({ name }) => name === "").map(({ value }) => value);
  const [host] = hosts;
  if (!/^\[?%h\]?:%p$/.test(valueOfOption("W") ?? "") || host === undefined || hosts.length > 1 || !options.every(isHarmless)) return undefined;
  const [user, port] = [valueOfOption("l"), valueOfOption("p")];
  return `${user === undefined || host.includes("@") ? "" : `${user}@`}${host}${port === undefined ? "" : `:${port}`}`;
}

function isHarmless({ name, value }: Option): boolean {
  return ["", "W", "q", "p", "l", "A"].includes(name) || (name === "o" && /^(?:StrictHostKeyChecking|UserKnownHostsFile)\b/i.test(value));
}
