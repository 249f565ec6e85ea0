// Things that one role call makes and another needs on the same host: there at all, and before.
import type { Claimed, Finding } from "../../model/finding.ts";
import type { Known } from "./findings.ts";

type Thing = Extract<Claimed, { claim: "provides" | "needs" }>;

/** What is needed and made by nobody, or only later. */
export function dependencies({ claims }: Known): readonly Finding[] {
  const things = claims.flatMap((claim): readonly Thing[] => (claim.claim === "provides" || claim.claim === "needs" ? [claim] : []));
  const makers = things.filter(({ claim }) => claim === "provides");
  return things.filter(({ claim }) => claim === "needs").flatMap((need) => unmet(need, makers));
}

function unmet(need: Thing, makers: readonly Thing[]): readonly Finding[] {
  const mine = makers.filter(({ what, host }) => what === need.what && host === need.host);
  if (mine.some(({ order }) => order <= need.order)) return [];
  const [late] = mine;
  if (late === undefined)
    return [
      {
        level: "warning",
        message: `${need.by} needs ${need.what}, which nothing on host "${need.host}" makes`,
        at: need.at,
        hint: "is it made by hand? Then the next host lacks it",
      },
    ];
  const message = `${need.by} needs ${need.what}, which ${late.by} makes only later`;
  return [{ level: "error", message, at: need.at, also: [{ at: late.at, note: `${late.by} is here` }], hint: `put ${late.by} first` }];
}
