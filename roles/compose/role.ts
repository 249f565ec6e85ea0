// Stacks of containers from compose files beside the inventory.
import {
  type Claim,
  type ComposeStackOptions,
  composeStacks,
  defineRole,
  dockerNetwork,
  dockerRegistryLogin,
  dockerVolume,
  type InventoryView,
  readStack,
  type TextInput,
} from "hlx";
import { type ComposeParams, params } from "./params.ts";
import { targetsFile } from "./targets.ts";

export default defineRole({
  name: "compose",
  summary: "Stacks of containers: stacks/NAME/compose.yaml as its author wrote it, planned service by service.",
  params,
  inputs: ({ params }) => ({
    ...Object.fromEntries(Object.keys(params.stacks).map((name) => [name, { input: "folder" as const, path: `${params.from}/${name}` }])),
    [lock]: { input: "images" },
  }),
  claims: ({ params, inputs, inventory }) => [
    ...Object.keys(params.networks).map((name): Claim => ({ path: ["networks", name], claim: "provides", what: `network ${name}`, by: `network ${name}` })),
    ...stacksOf({ params, inputs, inventory }).flatMap(claimsOf),
  ],
  declare: ({ params, inputs, inventory }) => [
    ...Object.entries(params.logins).map(([registry, login]) => dockerRegistryLogin({ registry, ...login })),
    ...Object.entries(params.networks).map(([name, network]) => dockerNetwork({ name, ...network })),
    ...Object.entries(params.volumes).map(([name, volume]) => dockerVolume({ name, ...volume })),
    ...composeStacks(stacksOf({ params, inputs, inventory })),
  ],
});

// No stack can have this name.
const lock = "hlx.lock";
const names = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

interface Folder {
  readonly folder: string;
  readonly files: Readonly<Record<string, string>>;
}

interface Given {
  readonly params: ComposeParams;
  readonly inputs: Readonly<Record<string, string>>;
  readonly inventory: InventoryView;
}

function stacksOf({ params, inputs, inventory }: Given): readonly ComposeStackOptions[] {
  const { root, env, pull, wait, stacks } = params;
  const locked: Readonly<Record<string, string>> = JSON.parse(inputs[lock] || "{}");
  return Object.entries(stacks).map(([name, stack]) => {
    const { folder, files }: Folder = JSON.parse(inputs[name] || '{"folder":"","files":{}}');
    const file = names.find((one) => files[one] !== undefined) ?? "compose.yaml";
    const { dir = `${root}/${name}`, wait: waitSeconds = wait, profiles, state, prune, absent } = stack;
    const targets = Object.entries(stack.targets);
    const values = Object.entries({ ...env, ...stack.env }).map(([key, value]) => [key, textOf(value)] as const);
    const more = { profiles, state, prune, ...(absent ? { absent } : {}) };
    return {
      ...more,
      name,
      dir,
      compose: files[file] ?? "",
      file: `${folder}/${file}`,
      env: Object.fromEntries(values),
      files: { ...files, ...Object.fromEntries(targets.map(([path, given]) => [path, targetsFile(given, inventory)])), ...stack.files },
      pull: stack.pull ?? pull,
      locked,
      waitSeconds,
    };
  });
}

function textOf(value: TextInput | number | boolean): TextInput {
  return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}

function claimsOf(stack: ComposeStackOptions): readonly Claim[] {
  const { compose, problems, warnings } = readStack(stack);
  const findings = [...problems.map((problem) => findingOf(stack, problem, "error")), ...warnings.map((problem) => findingOf(stack, problem, "warning"))];
  if (compose === undefined || stack.absent === true) return findings;
  const ports = [...compose.services.values()].flatMap(({ name, ports }) => rangesOf(ports).flatMap((port) => portOf(port, { stack, service: name, compose })));
  const networks = [...compose.networks.values()].map(
    ({ name, external }): Claim => ({ path: pathOf(stack), claim: external ? "needs" : "provides", what: `network ${name}`, by: `stack ${stack.name}` }),
  );
  return [...findings, ...ports, ...networks];
}

type Read = ReturnType<typeof readStack>;
type Compose = NonNullable<Read["compose"]>;

function pathOf({ name }: ComposeStackOptions): readonly string[] {
  return ["stacks", name];
}

function findingOf(stack: ComposeStackOptions, { message, hint, at }: Read["problems"][number], level: "error" | "warning"): Claim {
  return { path: pathOf(stack), claim: "finding", level, message, ...(hint === undefined ? {} : { hint }), ...(at === undefined ? {} : { at }) };
}

interface Publishing {
  readonly stack: ComposeStackOptions;
  readonly service: string;
  readonly compose: Compose;
}

interface Published {
  readonly published?: number;
  readonly last?: number;
  readonly protocol: string;
  readonly hostIp: string;
}

// As they are written: one range is one claim, however wide.
function rangesOf(ports: readonly Published[]): readonly Published[] {
  const ranges: Published[] = [];
  for (const port of ports) {
    const before = ranges.at(-1);
    const follows = before !== undefined && port.published === (before.last ?? before.published ?? 0) + 1;
    if (follows && before.protocol === port.protocol && before.hostIp === port.hostIp) ranges[ranges.length - 1] = { ...before, last: port.published ?? 0 };
    else ranges.push(port);
  }
  return ranges;
}

function portOf({ published, last, protocol, hostIp }: Published, { stack, service, compose }: Publishing): readonly Claim[] {
  if (published === undefined || protocol === "sctp") return [];
  const by = `service ${service} of stack ${stack.name}`;
  const at = compose.document.at(["services", service, "ports"]);
  const address = hostIp === "" ? {} : { address: hostIp };
  return [
    {
      path: pathOf(stack),
      at,
      claim: "port",
      port: published,
      ...(last !== undefined && { last }),
      protocol: protocol === "udp" ? "udp" : "tcp",
      by,
      ...address,
    },
  ];
}
