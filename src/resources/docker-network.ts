// A network of a Docker engine that is nobody's stack's: what several of them meet in.
import { absent, type Change, type Found, type Irreversible, type Kind, type Known, present } from "../model/kind.ts";
import type { NetworkInfo } from "../model/ports/docker.ts";
import type { Readers } from "../model/ports/index.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { JsonSchema } from "../model/schema.ts";
import type { Step } from "../model/step.ts";
import { diffAnew, stepsAnew } from "./docker/anew.ts";
import { asking, namePattern, textsSchema, wantedOf } from "./docker/door.ts";
import { given, resourceOf } from "./make.ts";

/** A network; what is left out is the engine's choice and not compared. */
export interface DockerNetwork {
  readonly name: string;
  readonly driver: string;
  readonly subnet?: string;
  readonly gateway?: string;
  readonly internal: boolean;
  readonly attachable?: boolean;
  readonly options?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly absent?: boolean;
}

export type DockerNetworkActual = Omit<DockerNetwork, "name" | "absent">;

const address = { type: "string", pattern: "^[0-9a-fA-F.:]+(/[0-9]{1,3})?$" } as const;

const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["name", "driver", "internal"],
  properties: {
    name: { type: "string", pattern: namePattern, description: "The network's name." },
    driver: { type: "string", pattern: namePattern, description: "Default bridge." },
    subnet: { ...address, description: "Its addresses: 172.30.0.0/24. The engine's choice when it is left out." },
    gateway: { ...address, description: "The host's address in it." },
    internal: { type: "boolean", description: "No way out. Default false." },
    attachable: { type: "boolean", description: "Containers outside of a swarm's services may join. Only for overlay networks." },
    options: { ...textsSchema, description: "Options of the driver." },
    labels: { ...textsSchema, description: "Labels; others may put theirs beside them." },
    absent: { type: "boolean", description: "Remove the network. Containers in it must be gone first." },
  },
};

export const dockerNetworkKind: Kind<DockerNetwork, DockerNetworkActual, "docker"> = {
  kind: "docker.network",
  summary: "A network of the Docker engine that several stacks meet in.",
  schema,
  via: ["docker"],
  identity: ({ name }) => name,
  probe,
  diff,
  steps,
  absent: (desired) => ({ ...desired, absent: true }),
  restore,
};

export interface DockerNetworkOptions extends Partial<Omit<DockerNetwork, "name">>, ResourceOptions {
  readonly name: string;
}

/** A network. Default driver bridge. */
export function dockerNetwork(options: DockerNetworkOptions): Resource<DockerNetwork> {
  const { name, driver = "bridge", subnet, gateway, internal = false, attachable, options: ofDriver, labels, absent: gone, provides = [], ...brings } = options;
  const desired = { name, driver, internal, ...given({ subnet, gateway, attachable, options: ofDriver, labels, absent: gone }) };
  return resourceOf(dockerNetworkKind, desired, { ...brings, provides: [...(gone === true ? [] : [`docker-network:${name}` as const]), ...provides] });
}

function probe(desired: DockerNetwork, { docker }: Pick<Readers, "docker">): Promise<Found<DockerNetworkActual>> {
  return asking(desired.absent === true, async () => {
    const found = (await docker.networks()).find(({ Name }) => Name === desired.name);
    return found === undefined ? absent : present(actualOf(found, desired));
  });
}

function actualOf({ Driver, Internal, Attachable, Options, Labels, IPAM }: NetworkInfo, desired: DockerNetwork): DockerNetworkActual {
  const [first] = IPAM.Config ?? [];
  const subnet = desired.subnet === undefined ? undefined : String(first?.["Subnet"]);
  const gateway = desired.gateway === undefined ? undefined : String(first?.["Gateway"]);
  const attachable = desired.attachable === undefined ? undefined : Attachable;
  const [options, labels] = [wantedOf(Options, desired.options), wantedOf(Labels, desired.labels)];
  return { driver: Driver, internal: Internal, ...given({ subnet, gateway, attachable, options, labels }) };
}

function diff({ name: _, absent: gone = false, ...wanted }: DockerNetwork, found: Known<DockerNetworkActual>): readonly Change[] {
  const renewal = { risk: "replace", note: "made anew: containers in it must be gone first" } as const;
  return diffAnew(wanted, found, { gone, removal: { risk: "replace" }, renewal });
}

function steps(desired: DockerNetwork, found: Known<DockerNetworkActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  if (changes.length === 0) return [];
  return stepsAnew("network", { name: desired.name, body: bodyOf(desired), gone: desired.absent === true }, found);
}

function bodyOf({ name, driver, subnet, gateway, internal, attachable, options, labels }: DockerNetwork): object {
  const config = given({ Subnet: subnet, Gateway: gateway });
  const ipam = Object.keys(config).length === 0 ? {} : { IPAM: { Config: [config] } };
  return {
    Name: name,
    CheckDuplicate: true,
    Driver: driver,
    Internal: internal,
    ...given({ Attachable: attachable, Options: options, Labels: labels }),
    ...ipam,
  };
}

function restore(desired: DockerNetwork, before: Found<DockerNetworkActual>): DockerNetwork | Irreversible {
  if (before.found === "absent") return { ...desired, absent: true };
  if (before.found !== "present") return { irreversible: `the network ${desired.name} was not known before` };
  return { name: desired.name, ...before.actual };
}
