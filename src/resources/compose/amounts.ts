// Amounts as compose files write them: bytes, processors, durations, ports.

const units: Readonly<Record<string, number>> = { "": 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40, p: 2 ** 50 };

/** Bytes of `512M`, `1.5gb` or a number (units are powers of 1024, as in Docker); undefined for anything else. */
export function bytesOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const [, amount, unit = ""] = /^([0-9.]+) ?([a-zA-Z]?)[iI]?[bB]?$/.exec(String(value)) ?? [];
  const factor = units[unit.toLowerCase()];
  return amount === undefined || factor === undefined ? undefined : Math.floor(Number(amount) * factor);
}

/** Billionths of a processor: "0.5" is 500000000; undefined for anything else. */
export function nanoCpusOf(value: unknown): number | undefined {
  const cpus = Number(value);
  return value === undefined || value === null || !Number.isFinite(cpus) ? undefined : Math.round(cpus * 1e9);
}

/** One published or exposed port. */
export interface Port {
  /** The address of the host; empty is all of them. */
  readonly hostIp: string;
  /** Undefined is any free one. */
  readonly published?: number;
  readonly target: number;
  readonly protocol: string;
}

const short =
  /^(?:(?<ip>\[[0-9a-f:.]*\]|[0-9.]*):)??(?:(?<from>[0-9]*)(?:-(?<to>[0-9]+))?:)?(?<target>[0-9]+)(?:-(?<last>[0-9]+))?(?:\/(?<protocol>[a-z]+))?$/i;

/** The ports of `8080:80`, `127.0.0.1:53:53/udp`, `8000-8010:8000-8010`, or the long form; a text says what is wrong. */
export function portsOf(value: unknown): readonly Port[] | string {
  if (typeof value === "object" && value !== null) return longPort(value as Readonly<Record<string, unknown>>);
  const groups = short.exec(String(value))?.groups;
  if (groups === undefined) return `${JSON.stringify(value)} is no port`;
  const { ip = "", from, to, target = "", last, protocol = "tcp" } = groups;
  if (!["tcp", "udp", "sctp"].includes(protocol.toLowerCase())) return `invalid protocol "${protocol}"`;
  const targets = range(target, last);
  const published = from === undefined || from === "" ? undefined : range(from, to);
  if (typeof targets === "string") return targets;
  if (typeof published === "string") return published;
  return pairs({ targets, published, hostIp: ip.replace(/^\[|\]$/g, ""), protocol: protocol.toLowerCase() });
}

interface Ranges {
  readonly targets: readonly number[];
  readonly published: readonly number[] | undefined;
  readonly hostIp: string;
  readonly protocol: string;
}

function pairs({ targets, published, hostIp, protocol }: Ranges): readonly Port[] | string {
  const wrong = targets.length > 1 && published !== undefined && published.length !== targets.length;
  if (wrong) return `${published.length} ports of the host for ${targets.length} of the container: both ranges must have the same length`;
  return targets.map((target, index) => {
    // A range for one port: any of them is taken.
    const one = published !== undefined && (published.length === targets.length || published.length === 1) ? published[index] : undefined;
    return { hostIp, target, protocol, ...(one === undefined ? {} : { published: one }) };
  });
}

function range(from: string, to: string | undefined): readonly number[] | string {
  const [first, last] = [Number(from), Number(to ?? from)];
  if (last > 65535 || first > 65535) return `${Math.max(first, last)} is no port: 1–65535`;
  if (last < first) return `the range ${from}-${to} goes backwards`;
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function longPort({ target, published, host_ip: hostIp = "", protocol = "tcp" }: Readonly<Record<string, unknown>>): readonly Port[] | string {
  if (target === undefined) return "a port needs a target";
  const targets = range(String(target), undefined);
  const publics = published === undefined || published === "" ? undefined : publishedOf(String(published));
  if (typeof targets === "string") return targets;
  if (typeof publics === "string") return publics;
  return pairs({ targets, published: publics, hostIp: String(hostIp), protocol: String(protocol) });
}

function publishedOf(text: string): readonly number[] | string {
  const [, from, to] = /^([0-9]+)(?:-([0-9]+))?$/.exec(text) ?? [];
  return from === undefined ? `${JSON.stringify(text)} is no port` : range(from, to);
}

/** The mend for a protocol, port or address that two things want: do they overlap? */
export function overlap(one: Port, other: Port): boolean {
  if (one.published === undefined || one.published !== other.published || one.protocol !== other.protocol) return false;
  return one.hostIp === other.hostIp || isAny(one.hostIp) || isAny(other.hostIp);
}

function isAny(ip: string): boolean {
  return ip === "" || ip === "0.0.0.0" || ip === "::";
}

/** `8080/tcp` or `127.0.0.1:53/udp`. */
export function portName({ hostIp, published, protocol }: Port): string {
  return `${hostIp === "" ? "" : `${hostIp}:`}${published}/${protocol}`;
}
