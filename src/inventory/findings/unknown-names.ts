// Names in a domain of the inventory that have no record: mistyped, or hidden by a wildcard that answers for everything.
import { didYouMean } from "../../lib/suggest.ts";
import type { Finding, Written } from "../../model/finding.ts";
import { isWithin } from "../../model/fqdn.ts";
import type { Known } from "./findings.ts";
import { wildcardFor } from "./reservations.ts";

/** One finding a name. In files only names in URLs count: `path.home` is no host. */
export function unknownNames(known: Known): readonly Finding[] {
  const domains = [...known.inventory.networks.values()].flatMap(({ domain }) => (domain === undefined ? [] : [domain.toLowerCase()]));
  const names = new Set(known.records.map(({ name }) => name));
  const mentions = known.written.flatMap((written) => namesIn(written).map((name) => ({ name, written })));
  const unknown = mentions.filter(({ name }) => domains.some((domain) => name !== domain && isWithin(name, domain)) && !names.has(name));
  return [...Map.groupBy(unknown, ({ name }) => name)].map(([name, [first, ...more]]) =>
    finding(
      name,
      [first as Mention, ...more].map(({ written }) => written),
      known,
    ),
  );
}

interface Mention {
  readonly name: string;
  readonly written: Written;
}

const label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
const whole = new RegExp(`^(?:[a-z][a-z0-9+.-]*://)?(?:[^@/\\s]*@)?((?:${label}\\.)+${label})(?::\\d+)?(?:/.*)?$`, "i");
const inUrl = new RegExp(`://(?:[^@/\\s]*@)?((?:${label}\\.)+${label})(?=[:/"'\\s]|$)`, "gi");

function namesIn({ text, in: where, key }: Written): readonly string[] {
  // A mailbox as a zone has it, with a dot for its @.
  if (key === "contact") return [];
  if (where === "file") return [...text.matchAll(inUrl)].map(([, name = ""]) => name.toLowerCase());
  const name = whole.exec(text.trim())?.[1];
  return name === undefined ? [] : [name.toLowerCase()];
}

function finding(name: string, all: readonly Written[], { records }: Known): Finding {
  const [first, ...others] = all;
  const wildcard = wildcardFor(name, records);
  const instead =
    wildcard === undefined ? "which has no record" : `which has no record: the wildcard ${wildcard.name} hides that and answers with ${wildcard.data}`;
  const also = [
    ...(wildcard?.at === undefined ? [] : [{ at: wildcard.at, note: `${wildcard.name} is here` }]),
    ...others.slice(0, 5).map(({ at }) => ({ at, note: "and here" })),
  ];
  const said = first === undefined || first.in === "file" ? "this line" : `${first.in} "${first.key}"`;
  const hint =
    didYouMean(
      name,
      records.filter(({ type }) => type !== "PTR").map((record) => record.name),
    ) ?? "give it a line under hosts, devices, aliases or records";
  return {
    level: "warning",
    message: `${said} names ${name}, ${instead}`,
    ...(first !== undefined && { at: first.at }),
    ...(also.length > 0 && { also }),
    hint,
  };
}
