// Names and the domains that they are in.

/** The absolute name, lower case and without a last dot; "@" is the domain itself. What ends in the domain, or in a dot, is absolute already. */
export function fqdn(name: string, domain: string): string {
  const [small, tail] = [name.toLowerCase(), domain.toLowerCase().replace(/\.$/, "")];
  if (small === "@") return tail;
  if (small.endsWith(".")) return small.slice(0, -1);
  return tail === "" || isWithin(small, tail) ? small : `${small}.${tail}`;
}

/** True for the zone's own name and every name below it; neither has a last dot. */
export function isWithin(name: string, zone: string): boolean {
  return zone === "" || name === zone || name.endsWith(`.${zone}`);
}
