// A stack of four services, what runs of it when it is as desired, and what a plan says of it.
import type { Known } from "../../src/model/kind.ts";
import type { ContainerActual, StackActual } from "../../src/resources/compose/actual.ts";
import { composeAccess, type Stack } from "../../src/resources/compose/desired.ts";
import { composeText, contentText } from "../../src/resources/compose/render.ts";
import { type ComposeStackOptions, composeStack, composeStackKind } from "../../src/resources/compose-stack.ts";
import { testDigest } from "../../src/testing/digest.ts";

const compose = `services:
  web:
    image: app:1
    restart: always
    environment: { PASSWORD: "\${PASSWORD}", COST: 5$$ }
    volumes: ["./conf:/etc/app:ro", "data:/data"]
    ports: [8080:80]
    depends_on: { db: { condition: service_started }, init: { condition: service_completed_successfully } }
  side: { image: app:1, restart: always, network_mode: "service:web" }
  db: { image: app:1, restart: always }
  init: { image: app:1 }
volumes: { data: }
`;

export const options: ComposeStackOptions = {
  name: "a",
  dir: "/srv/a",
  compose,
  env: { PASSWORD: { secret: "db.password" } },
  files: { "conf/x": "1\n", other: "2\n", ".env": "X=1\n" },
};

export function stack(more: Partial<ComposeStackOptions> = {}): Stack {
  return composeStack({ ...options, ...more }).desired;
}

export const ahead = { changing: new Set<string>(), digest: testDigest };

/** The containers of a stack that is as desired. */
export function running(desired: Stack): StackActual {
  const services = Object.entries(desired.services).map(([name, service]): [string, readonly ContainerActual[]] => {
    const { looks, spec } = service;
    const content = contentText(service, desired);
    const labels = { spec: testDigest(spec) ?? "", ...(content === undefined ? {} : { content: testDigest(content) ?? "" }) };
    const { restart, memory, nanoCpus, mounts, ports, networks = [] } = looks;
    return [
      name,
      [
        {
          ...labels,
          state: name === "init" ? "completed" : "running",
          image: "sha256:1",
          named: "sha256:1",
          imageName: looks.image ?? "",
          restart,
          memory,
          nanoCpus,
          mounts,
          ports,
          networks,
        },
      ],
    ];
  });
  const files = Object.entries({ "compose.yaml": { content: composeText(desired), ...composeAccess }, ...desired.files });
  return {
    services: Object.fromEntries(services),
    orphans: [],
    files: Object.fromEntries(files.map(([path, { content, ...access }]) => [path, { sha256: testDigest(content) ?? "", ...access }])),
    moved: {},
  };
}

export function notes(desired: Stack, actual: StackActual): readonly string[] {
  const found: Known<StackActual> = { found: "present", actual };
  return composeStackKind.diff(desired, found, ahead).map(({ property, note }) => (note === undefined ? property : `${property} ${note}`));
}

export function altered(actual: StackActual, service: string, change: Partial<ContainerActual>): StackActual {
  const [first] = actual.services[service] ?? [];
  return { ...actual, services: { ...actual.services, [service]: first === undefined ? [] : [{ ...first, ...change }] } };
}
