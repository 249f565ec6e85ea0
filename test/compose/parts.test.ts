// What a stack has beside its services: configs and secrets without a file, networks and volumes of its own.
import { describe, expect, test } from "vitest";
import type { Container, NetworkInfo } from "../../src/model/ports/docker.ts";
import { containerActual } from "../../src/resources/compose/containers.ts";
import type { StackService } from "../../src/resources/compose/desired.ts";
import { othersThanDesired, refuseOtherVolumes } from "../../src/resources/compose/parts.ts";
import { composeText } from "../../src/resources/compose/render.ts";
import { type ComposeStackOptions, composeStack, composeStackKind } from "../../src/resources/compose-stack.ts";
import { fillPieces } from "../../src/testing/pieces.ts";
import { ahead, notes, running, stack } from "./bench.ts";

const inspected = {
  Image: "sha256:1",
  State: { Status: "running" },
  Config: { Image: "x:1", Env: null, Cmd: null, Labels: {} },
  HostConfig: { RestartPolicy: { Name: "no" }, Memory: 0, NanoCpus: 0, PortBindings: null },
  NetworkSettings: { Networks: null },
};

describe("configs and secrets that have no file of their own", () => {
  const file = (text: string) => `services: { web: { image: x:1, configs: [site], secrets: [key] }, side: { image: x:1 } }
configs: { site: ${text} }
secrets: { key: { environment: KEY } }
`;
  const web = (env: ComposeStackOptions["env"], text = "{ content: one }") =>
    composeStack({ name: "a", dir: "/srv/a", compose: file(text), env: env ?? {} }).desired;
  const before = running(web({ KEY: "k" }));

  test("nothing of them changes: nothing is made anew", () => expect(notes(web({ KEY: "k" }), before)).toEqual([]));

  test.each([
    ["a config that stands in the file", web({ KEY: "k" }, "{ content: two }"), "file:compose.yaml"],
    ["a config of a variable", web({ KEY: "k", SITE: "two" }, "{ environment: SITE }"), "file:compose.yaml"],
    ["a secret of a variable", web({ KEY: "l" }), "file:.hlx/secrets/key"],
  ])("%s changes: who gets it is made anew", (_, desired, path) => {
    expect(notes(desired, before)).toEqual(expect.arrayContaining([path, "service:web recreates: what it mounts changes"]));
    expect(notes(desired, before).filter((note) => note.startsWith("service:side"))).toEqual([]);
  });

  test("how Compose brings them into a container is its own choice", () => {
    const desired = web({ KEY: "k" });
    const service = desired.services["web"] as StackService;
    const bind = (Source: string, Destination: string) => ({ Type: "bind", Source, Destination, RW: false });
    const mounts = [bind("/srv/a/.hlx/secrets/key", "/run/secrets/key"), bind("/etc/x", "/x")];
    const container = { ...inspected, Mounts: mounts } as unknown as Container;
    expect(containerActual(container, { service, named: undefined, digests: [], note: undefined }).mounts).toEqual(["/x=/etc/x:ro"]);
  });

  test("a variable's value goes with the stack: the host has no such variable", () => {
    const desired = web({ KEY: { secret: "key" }, SITE: "two" }, "{ environment: SITE }");
    expect(JSON.parse(fillPieces(composeText(desired), { reveal: () => "" }))).toMatchObject({
      configs: { site: { content: "two" } },
      secrets: { key: { file: "./.hlx/secrets/key" } },
    });
    expect(desired.files[".hlx/secrets/key"]).toMatchObject({ content: [{ secret: "key" }], mode: "0444" });
    expect(() => web({})).toThrow("the variable KEY is not defined");
  });
});

describe("a network of the stack that is there", () => {
  const own = (network: string, more: Partial<ComposeStackOptions> = {}) =>
    composeStack({
      name: "a",
      dir: "/srv/a",
      compose: `services: { web: { image: x:1, networks: [front] }, side: { image: x:1 } }\nnetworks: { front: ${network} }\n`,
      ...more,
    }).desired;
  const there: NetworkInfo = {
    Name: "a_front",
    Id: "1",
    Driver: "bridge",
    Internal: false,
    Attachable: false,
    EnableIPv6: false,
    Options: { "com.docker.network.driver.mtu": "1400" },
    Labels: { tier: "one", "com.docker.compose.project": "a" },
    IPAM: { Config: [{ Subnet: "172.30.1.0/24", Gateway: "172.30.1.1" }] },
  };

  test.each([
    ["which says nothing", "{}", {}],
    [
      "which says what is there",
      "{ driver: bridge, labels: [tier=one], driver_opts: { com.docker.network.driver.mtu: 1400 }, ipam: { config: [{ subnet: 172.30.1.0/24 }] } }",
      {},
    ],
    ["which has a secret that cannot be compared", '{ labels: { tier: "${KEY}" } }', { env: { KEY: { secret: "key" } } }],
  ])("as its definition, %s", (_, network, more) => expect(othersThanDesired(own(network, more), [there])).toBeUndefined());

  test.each([
    ["driver", "{ driver: macvlan }"],
    ["internal", "{ internal: true }"],
    ["attachable", "{ attachable: true }"],
    ["enable_ipv6", "{ enable_ipv6: true }"],
    ["driver_opts", "{ driver_opts: { com.docker.network.driver.mtu: 9000 } }"],
    ["labels", "{ labels: { tier: two } }"],
    ["ipam", "{ ipam: { config: [{ subnet: 172.30.2.0/24 }] } }"],
  ])("with another %s: it is made anew with what is in it, at a risk that is shown", (property, network) => {
    const desired = own(network);
    const networks = othersThanDesired(desired, [there]);
    expect(networks?.["a_front"]).toHaveProperty(property);
    const changes = composeStackKind.diff(desired, { found: "present", actual: { ...running(desired), ...(networks && { networks }) } }, ahead);
    expect(changes.map(({ property: what, risk, note = "" }) => `${what} ${risk} ${note}`)).toEqual([
      "network:a_front replace made anew, with all services that are in it",
      "service:web restart recreates: its network a_front is made anew",
    ]);
    const job = composeStackKind
      .steps(desired, { found: "present", actual: running(desired) }, { changes, now: new Date(0) })
      .find((step) => step.do === "detached");
    expect(job?.do === "detached" && job.args.slice(4)).toEqual(["network:a_front", "image:x:1", "recreate:web:running", "level"]);
  });

  test("of a stack that should be stopped is left alone", () => {
    expect(othersThanDesired(own("{ internal: true }", { state: "stopped" }), [there])).toBeUndefined();
  });
});

test.each([
  ["as its file says", "{ driver_opts: { type: nfs } }", { type: "nfs", o: "ro" }, undefined],
  ["without options, as its file says", "{}", null, undefined],
  ["with another option", "{ driver_opts: { type: nfs } }", { type: "tmpfs" }, "the volume a_data of stack a is not what its file says"],
  ["with options that its file does not have", "{}", { type: "nfs" }, "not what its file says"],
  ["of another driver", "{ driver: other }", null, "not what its file says"],
])("a volume that is there, %s: its data would be lost, so it is never made anew", (...[, volume, Options, refused]) => {
  const compose = `services: { web: { image: x:1, volumes: ["data:/data"] } }\nvolumes: { data: ${volume} }\n`;
  const look = () => refuseOtherVolumes(stack({ compose }), [{ Name: "a_data", Driver: "local", Options, Labels: null }]);
  if (refused === undefined) expect(look).not.toThrow();
  else expect(look).toThrow(refused);
});
