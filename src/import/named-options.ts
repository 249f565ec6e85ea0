// The block `options { }` of named.conf: what the role has words for, and the rest as it stands there.
import type { JsonObject } from "../lib/json.ts";
import { hasTemplate, listed, type Statement, statementText, wordAfter } from "./blocks.ts";
import { withoutSecrets } from "./clear.ts";
import { type Note, some } from "./gathered.ts";

const booleans: Readonly<Record<string, boolean>> = { yes: true, no: false, true: true, false: false };

/** Also those of a view. */
export function optionParams(options: readonly Statement[]): JsonObject {
  const list = (name: string): readonly string[] | undefined => listed(options.find(({ words: [word] }) => word?.text === name));
  const word = (name: string): string | undefined => wordAfter(options, name)?.text;
  const listen = list("listen-on")?.filter((one) => one !== "any" && one !== "127.0.0.1");
  return some({
    forwarders: list("forwarders")?.map(withPort),
    forward: word("forward"),
    listen,
    recursion: booleans[word("recursion") ?? ""],
    queriesFrom: list("allow-query"),
    recursionFor: list("allow-recursion"),
    dnssecValidation: word("dnssec-validation"),
  });
}

/** `1.1.1.1 port 5335` as the role writes it. */
export function withPort(address: string): string {
  const [, host = address, port = "53"] = /^(\S+) port (\d+)/.exec(address) ?? [];
  return port === "53" ? (host.split(" ")[0] ?? host) : `${host}#${port}`;
}

const known = ["forwarders", "forward", "listen-on", "recursion", "allow-query", "allow-recursion", "dnssec-validation", "allow-transfer"];
// The role's own choice, or the default of every supported version.
const same = ["directory", "listen-on-v6", "auth-nxdomain", "allow-query-cache", "validate-except", "catalog-zones"];

/** The others, as lines; what only a template completes is noted. */
export function moreOptions(options: readonly Statement[], notes: Note[]): readonly string[] {
  const others = options.filter(({ words: [word] }) => word !== undefined && !known.includes(word.text) && !same.includes(word.text));
  const open = others.filter(hasTemplate);
  notes.push(...open.map(({ words: [word], at }) => ({ message: `option ${word?.text} is not taken over: a template puts something into it`, at })));
  const whole = others.filter((one) => !hasTemplate(one));
  return withoutSecrets(whole, notes).map(statementText);
}
