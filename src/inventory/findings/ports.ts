// Published ports: two services of one host that want the same.
import type { Claimed, Finding } from "../../model/finding.ts";
import type { Known } from "./findings.ts";

type Port = Extract<Claimed, { claim: "port" }>;
const widest = 256;

/** Ports that two things on a host publish on one address, and ranges so wide that they must be a mistake. */
export function portFindings({ claims }: Known): readonly Finding[] {
  const ports = claims.filter((claim) => claim.claim === "port");
  return [...Map.groupBy(ports, ({ host }) => host).values()].flatMap((own) => [...clashes(own), ...own.flatMap(tooWide)]);
}

function clashes(ports: readonly Port[]): readonly Finding[] {
  const sorted = ports.toSorted((one, other) => one.port - other.port);
  return sorted.flatMap((one, index) => {
    const end = sorted.findIndex((other, at) => at > index && other.port > lastOf(one));
    const near = sorted.slice(index + 1, end === -1 ? undefined : end);
    return near.filter((other) => clash(one, other)).map((other) => clashOf(one, other));
  });
}

function clash(one: Port, other: Port): boolean {
  const everywhere = (port: Port): boolean => port.address === undefined || port.address === "0.0.0.0" || port.address === "::";
  return one.protocol === other.protocol && (everywhere(one) || everywhere(other) || one.address === other.address);
}

function clashOf(one: Port, other: Port): Finding {
  const port = Math.max(one.port, other.port);
  return {
    level: "error",
    message: `port ${port}/${one.protocol} of host "${one.host}" is published by ${one.by} and by ${other.by}`,
    at: other.at,
    also: [{ at: one.at, note: `${one.by} publishes it here` }],
    hint: "give one of them another port, or an address of its own",
  };
}

function tooWide(port: Port): readonly Finding[] {
  const count = lastOf(port) - port.port + 1;
  if (count <= widest) return [];
  const message = `${port.by} publishes ${count} ports, ${port.port}–${lastOf(port)}/${port.protocol}, of host "${port.host}"`;
  return [{ level: "warning", message, at: port.at, hint: "is the last one mistyped?" }];
}

function lastOf({ port, last }: Port): number {
  return last ?? port;
}
