// One container without a compose file: Compose runs it as a stack of its own, so that it is planned, waited for and taken back as stacks are.
import type { Kind } from "../model/kind.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { TextInput } from "../model/text.ts";
import type { StackActual } from "./compose/actual.ts";
import type { Stack } from "./compose/desired.ts";
import { composeStackKind, stackOf } from "./compose-stack.ts";
import { given, resourceOf } from "./make.ts";

const project = "hlx-";

export const dockerContainerKind: Kind<Stack, StackActual, "shell" | "docker"> = {
  ...composeStackKind,
  kind: "docker.container",
  summary: "One container without a compose file of its own.",
  identity: ({ name }) => name.slice(project.length),
};

/** One container as a role gives it. */
export interface DockerContainerOptions extends ResourceOptions {
  /** Lower case letters, digits, dashes and underscores. */
  readonly name: string;
  readonly image: string;
  /** Everything else of a service, in the words of a compose file: ports, volumes, restart, healthcheck, mem_limit. Default `restart: unless-stopped`. */
  readonly service?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, TextInput>>;
  /** Networks that something else makes. Without any it gets one of its own. */
  readonly networks?: readonly string[];
  /** Named volumes that something else makes; `service.volumes` mounts them. */
  readonly volumes?: readonly string[];
  /** Files that it mounts as `./PATH`. */
  readonly files?: Readonly<Record<string, TextInput>>;
  /** Where hlx keeps its files. Default /srv/containers/NAME. */
  readonly dir?: string;
  readonly locked?: Readonly<Record<string, string>>;
  readonly pull?: Stack["pull"];
  readonly state?: Stack["state"];
  readonly waitSeconds?: number;
  readonly absent?: boolean;
}

/** One container. Throws ProblemError with what Compose would refuse of it. */
export function dockerContainer(options: DockerContainerOptions): Resource<Stack> {
  const { name, image, service = {}, env = {}, networks = [], volumes = [], files, dir = `/srv/containers/${name}`, ...more } = options;
  const { locked, pull, state, waitSeconds, absent, ...brings } = more;
  const variables = Object.keys(env);
  const own = {
    restart: "unless-stopped",
    ...dollarsDoubled(service),
    image,
    container_name: name,
    ...(variables.length === 0 ? {} : { environment: Object.fromEntries(variables.map((key) => [key, `\${${key}}`])) }),
    ...(networks.length === 0 ? {} : { networks }),
  };
  const compose = JSON.stringify({ services: { [name]: own }, networks: outside(networks), volumes: outside(volumes) });
  const file = `container ${name}`;
  const stack = stackOf({ name: `${project}${name}`, dir, compose, file, env, ...given({ files, locked, pull, state, waitSeconds, absent }) });
  return resourceOf(dockerContainerKind, stack, { ...brings, traces: [`${dir}/compose.yaml`] });
}

function outside(names: readonly string[]): Readonly<Record<string, { readonly external: true }>> {
  return Object.fromEntries(names.map((name) => [name, { external: true }]));
}

// What a role computed is meant as it is: no variables stand in it.
function dollarsDoubled(service: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(service, (_, value: unknown) => (typeof value === "string" ? value.replaceAll("$", "$$$$") : value)));
}
