// Where the time of a run went: a row a host, then the resources that took longest.
import type { Event } from "../../model/event.ts";
import { visible } from "./escape.ts";
import { columns, duration } from "./layout.ts";

const slowest = 10;

/** The lines of `--profile`. A part that did not happen on a host is shown as `-`. */
export function profileLines(events: readonly Event[], roundTrips: (host: string) => number): readonly string[] {
  const hosts = [...new Set(events.flatMap((event) => ("host" in event && event.host !== undefined ? [event.host] : [])))];
  const rows = hosts.map((host) => [visible(host), ...partsOf(host, events).map(shown), String(roundTrips(host))]);
  const slow = slowestOf(events);
  return [
    ...columns([["HOST", "connect", "facts", "probe", "apply", "round trips"], ...rows]),
    ...(slow.length === 0 ? [] : ["Slowest:", ...columns(slow.map(({ address, tookMs }) => [`  ${visible(address)}`, duration(tookMs)]))]),
  ];
}

type Part = number | undefined;

function partsOf(host: string, events: readonly Event[]): readonly Part[] {
  const at = (name: Event["event"]): Part => events.find((event) => event.event === name && "host" in event && event.host === host)?.ms;
  const lastEnded = events.findLast((event) => event.event === "ended" && event.host === host)?.ms;
  const began = events.find((event) => event.event === "phase" && event.phase === "connect")?.ms;
  return [between(began, at("connected")), between(at("connected"), at("gathered")), between(at("gathered"), at("probed")), between(at("started"), lastEnded)];
}

function between(from: Part, to: Part): Part {
  return from === undefined || to === undefined ? undefined : to - from;
}

function shown(ms: Part): string {
  return ms === undefined ? "-" : duration(ms);
}

// Resources that went in one request share its time.
function slowestOf(events: readonly Event[]): readonly Extract<Event, { event: "ended" }>[] {
  const ended = events.filter(
    (event): event is Extract<Event, { event: "ended" }> => event.event === "ended" && !["ok", "skipped"].includes(event.outcome.outcome),
  );
  return ended.toSorted((left, right) => right.tookMs - left.tookMs).slice(0, slowest);
}
