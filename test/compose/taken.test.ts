// Names and ports that somebody else's containers have already.
import { describe, expect, test } from "vitest";
import type { ListedContainer } from "../../src/model/ports/docker.ts";
import type { Stack } from "../../src/resources/compose/desired.ts";
import { refuseTaken } from "../../src/resources/compose/taken.ts";

const stack = (looks: object, more: object = {}): Stack =>
  ({ name: "media", services: { plex: { looks: { ports: [], ...looks } } }, ...more }) as unknown as Stack;
const other = (more: object): ListedContainer => ({ Id: "0123", Names: ["/old"], Ports: [], ...more }) as unknown as ListedContainer;
const publishes = (PublicPort: number, Type: string, IP?: string): ListedContainer =>
  other({ Ports: [{ PublicPort, Type, ...(IP === undefined ? {} : { IP }) }] });

describe("refused", () => {
  test.each<readonly [string, object, ListedContainer, string]>([
    ["a name", { containerName: "plex" }, other({ Names: ["/x", "/plex"] }), "service plex of stack media wants the name plex"],
    ["a port", { ports: ["80/tcp=:8080"] }, publishes(8080, "tcp", "0.0.0.0"), "wants port 8080/tcp, which the container old publishes"],
    ["a port on one address, which another has on all", { ports: ["80/tcp=192.0.2.1:8080"] }, publishes(8080, "tcp", "::"), "wants port 8080/tcp"],
    ["a port on all addresses, which another has on one", { ports: ["80/tcp=0.0.0.0:8080"] }, publishes(8080, "tcp", "192.0.2.1"), "wants port 8080/tcp"],
    ["one of several ports", { ports: ["1/tcp=:1", "53/udp=:53"] }, publishes(53, "udp"), "wants port 53/udp"],
  ])("%s", (...[, looks, taken, words]) => expect(() => refuseTaken(stack(looks), [taken])).toThrow(words));
});

describe("free", () => {
  test.each<readonly [string, Stack, ListedContainer]>([
    ["another name", stack({ containerName: "plex" }), other({ Names: ["/plex2"] })],
    ["another port", stack({ ports: ["80/tcp=:8080"] }), publishes(8081, "tcp")],
    ["the same port of another protocol", stack({ ports: ["53/tcp=:53"] }), publishes(53, "udp")],
    ["the same port on another address", stack({ ports: ["80/tcp=192.0.2.1:80"] }), publishes(80, "tcp", "192.0.2.2")],
    ["whatever a stopped stack would want", stack({ containerName: "old", ports: ["80/tcp=:80"] }, { state: "stopped" }), publishes(80, "tcp")],
    ["whatever a stack that goes would want", stack({ containerName: "old" }, { absent: true }), other({})],
  ])("%s", (_, wanted, taken) => expect(() => refuseTaken(wanted, [taken])).not.toThrow());
});
