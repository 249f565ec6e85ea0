// What a stack of containers should be, as data and as a schema.
import type { JsonSchema } from "../../model/schema.ts";
import type { Text } from "../../model/text.ts";
import { modePattern, ownerPattern, pathPattern } from "../make.ts";
import type { Ownership } from "../ownership.ts";
import { map, text } from "./schema-shapes.ts";

/** A file beside the compose file. */
export interface StackFile extends Ownership {
  readonly content: Text;
}

/** Of the compose file itself: secrets may stand in it. */
export const composeAccess: Ownership = { mode: "0600", owner: "root", group: "root" };

/** What a running container is compared with, in the engine's own words. */
export interface Looks {
  /** As the service names it; undefined is built. */
  readonly image?: string;
  /** The digest (`sha256:…`) that hlx.lock has for that name. */
  readonly digest?: string;
  /** The name that its file gives the container. */
  readonly containerName?: string;
  readonly restart: string;
  /** Bytes and billionths of a processor; 0 is unlimited. */
  readonly memory: number;
  readonly nanoCpus: number;
  /** Names in the engine, sorted; undefined where `network_mode` says something else. */
  readonly networks?: readonly string[];
  /** `TARGET=SOURCE` or `TARGET=SOURCE:ro`, sorted; sources are absolute paths or names of volumes. */
  readonly mounts: readonly string[];
  /** Where its configs and secrets stand in the container: whether they are mounted or copied there is Compose's choice, and not compared. */
  readonly given?: readonly string[];
  /** `80/tcp=127.0.0.1:8080`, sorted. */
  readonly ports: readonly string[];
  readonly command?: readonly string[];
}

/** What a network of the stack is compared with, in Compose's words; what is left out is the engine's choice. Secrets in it are left out, too. */
export interface NetworkLooks {
  readonly driver: string;
  readonly internal: boolean;
  readonly attachable?: boolean;
  readonly enable_ipv6?: boolean;
  readonly driver_opts?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** Of each range what the file names of it: `subnet`, `ip_range`, `gateway`. */
  readonly ipam?: readonly Readonly<Record<string, string>>[];
}

/** What a volume of the stack is compared with. */
export interface VolumeLooks {
  readonly driver: string;
  readonly driver_opts?: Readonly<Record<string, string>>;
}

export type WaitsFor = "running" | "completed";

export interface StackService {
  /** The service's JSON as it is rendered, without hlx's labels. */
  readonly spec: Text;
  readonly looks: Looks;
  /** `NAME=value` lines of its environment, sorted. */
  readonly environment: Text;
  readonly environmentNames: readonly string[];
  /** How many containers. */
  readonly replicas: number;
  /** Files of the stack that it mounts: when they change, it is made anew. */
  readonly uses: readonly string[];
  /** Names and contents of the configs that it gets from the compose file itself: the same holds for them. */
  readonly inlined?: Text;
  /** What must be there before it. */
  readonly after: readonly string[];
  /** Those of them with which it is made anew: it lives in their namespaces. */
  readonly follows: readonly string[];
  readonly waitsFor: WaitsFor;
}

/** One stack: containers that Compose runs from one file. */
export interface Stack {
  /** The project's name. */
  readonly name: string;
  /** Where its files are on the host. */
  readonly dir: string;
  /** In the order of the file. */
  readonly services: Readonly<Record<string, StackService>>;
  /** The rest of the compose file: networks, volumes, configs and secrets, as JSON without its outer braces. */
  readonly rest: Text;
  /** Networks and volumes made elsewhere: `network:NAME`, `volume:NAME`. */
  readonly external: readonly string[];
  /** Those that the stack makes itself, by their names in the engine. What an older hlx kept of a stack has neither. */
  readonly networks?: Readonly<Record<string, NetworkLooks>>;
  readonly volumes?: Readonly<Record<string, VolumeLooks>>;
  readonly files: Readonly<Record<string, StackFile>>;
  readonly pull: "missing" | "digest" | "never";
  readonly state: "running" | "stopped";
  /** Remove containers of the project whose service is not in the file. */
  readonly prune: boolean;
  /** How long services may take until they are healthy. */
  readonly waitSeconds: number;
  readonly absent?: boolean;
}

const record = { type: "object" } as const;
const texts = { type: "array", items: text } as const;

export const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["name", "dir", "services", "rest", "external", "files", "pull", "state", "prune", "waitSeconds"],
  properties: {
    name: { type: "string", pattern: "^[a-z0-9][a-z0-9_-]*$", description: "The project's name." },
    dir: { type: "string", pattern: pathPattern, description: "The stack's folder on the host; relative paths of the file begin there." },
    services: { ...record, additionalProperties: map, description: "The services of the compose file, rendered." },
    rest: { type: "array", description: "Networks, volumes, configs and secrets of the compose file, rendered." },
    external: { ...texts, description: "Networks and volumes that something else makes." },
    networks: {
      ...record,
      additionalProperties: map,
      description: "Networks that the stack makes, as they are compared: one that differs is made anew, with all that is in it.",
    },
    volumes: {
      ...record,
      additionalProperties: map,
      description: "Volumes that the stack makes, as they are compared: one that differs is refused, since its data would be lost.",
    },
    files: {
      ...record,
      propertyNames: { pattern: "^(?!\\.hlx/(?!secrets/))[^/\\u0000-\\u001f][^\\u0000-\\u001f]*$" },
      additionalProperties: {
        type: "object",
        additionalProperties: false,
        required: ["content", "mode", "owner", "group"],
        properties: {
          content: { type: "array" },
          mode: { type: "string", pattern: modePattern },
          owner: { type: "string", pattern: ownerPattern },
          group: { type: "string", pattern: ownerPattern },
        },
      },
      description: "Files beside the compose file, by path. With a secret in them they are 0600, else 0644.",
    },
    pull: {
      enum: ["missing", "digest", "never"],
      description: "missing: what is not on the host. digest: also what the registry has moved. never: nothing. Default missing.",
    },
    state: { enum: ["running", "stopped"], description: "stopped: containers stay, and nobody starts them. Default running." },
    prune: { type: "boolean", description: "Remove containers of the project whose service is not in the file any more. Default false." },
    waitSeconds: { type: "integer", minimum: 1, maximum: 7200, description: "How long services may take until they are healthy. Default 120." },
    absent: { type: "boolean", description: "Remove the containers, networks and files of hlx; volumes and data stay." },
  },
};
