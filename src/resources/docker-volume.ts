// A volume of a Docker engine that outlives the stacks which use it.
import { absent, type Change, type Found, type Irreversible, type Kind, type Known, present } from "../model/kind.ts";
import type { Readers } from "../model/ports/index.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { JsonSchema } from "../model/schema.ts";
import type { Step } from "../model/step.ts";
import { diffAnew, stepsAnew } from "./docker/anew.ts";
import { asking, namePattern, textsSchema, wantedOf } from "./docker/door.ts";
import { given, resourceOf } from "./make.ts";

/** A volume; what is left out is the engine's choice and not compared. */
export interface DockerVolume {
  readonly name: string;
  readonly driver: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly absent?: boolean;
}

export type DockerVolumeActual = Omit<DockerVolume, "name" | "absent">;

const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["name", "driver"],
  properties: {
    name: { type: "string", pattern: namePattern, description: "The volume's name." },
    driver: { type: "string", pattern: namePattern, description: "Default local." },
    options: { ...textsSchema, description: "Options of the driver: { type: nfs, o: 'addr=192.168.1.5,rw', device: ':/media' }." },
    labels: { ...textsSchema, description: "Labels; others may put theirs beside them." },
    absent: { type: "boolean", description: "Remove the volume with all that is in it: needs --allow data-loss." },
  },
};

export const dockerVolumeKind: Kind<DockerVolume, DockerVolumeActual, "docker"> = {
  kind: "docker.volume",
  summary: "A volume of the Docker engine that outlives the stacks which use it.",
  schema,
  via: ["docker"],
  identity: ({ name }) => name,
  probe,
  diff,
  steps,
  absent: (desired) => ({ ...desired, absent: true }),
  restore,
};

export interface DockerVolumeOptions extends Partial<Omit<DockerVolume, "name">>, ResourceOptions {
  readonly name: string;
}

/** A volume. Default driver local. */
export function dockerVolume({ name, driver = "local", options, labels, absent: gone, provides = [], ...brings }: DockerVolumeOptions): Resource<DockerVolume> {
  const made = gone === true ? [] : ([`docker-volume:${name}`] as const);
  return resourceOf(dockerVolumeKind, { name, driver, ...given({ options, labels, absent: gone }) }, { ...brings, provides: [...made, ...provides] });
}

function probe(desired: DockerVolume, { docker }: Pick<Readers, "docker">): Promise<Found<DockerVolumeActual>> {
  return asking(desired.absent === true, async () => {
    const found = (await docker.volumes()).find(({ Name }) => Name === desired.name);
    if (found === undefined) return absent;
    return present({ driver: found.Driver, ...given({ options: wantedOf(found.Options, desired.options), labels: wantedOf(found.Labels, desired.labels) }) });
  });
}

// Made anew it is empty.
function diff({ name: _, absent: gone = false, ...wanted }: DockerVolume, found: Known<DockerVolumeActual>): readonly Change[] {
  const lost = { risk: "data-loss", note: "all that is in the volume is lost" } as const;
  return diffAnew(wanted, found, { gone, removal: lost, renewal: lost });
}

function steps(desired: DockerVolume, found: Known<DockerVolumeActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  if (changes.length === 0) return [];
  const { name, driver, options, labels } = desired;
  const body = { Name: name, Driver: driver, ...given({ DriverOpts: options, Labels: labels }) };
  return stepsAnew("volume", { name, body, gone: desired.absent === true }, found);
}

function restore(desired: DockerVolume, before: Found<DockerVolumeActual>): DockerVolume | Irreversible {
  if (before.found === "absent") return { ...desired, absent: true };
  return { irreversible: `what was in the volume ${desired.name} is lost` };
}
