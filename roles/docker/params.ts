// What the docker role can be told.
import type { FromSchema, JsonSchema } from "hlx";

const size = { type: "string", pattern: "^[1-9][0-9]*[kmg]$" } as const satisfies JsonSchema;

export const params = {
  type: "object",
  additionalProperties: false,
  properties: {
    from: {
      enum: ["debian", "docker"],
      description:
        "debian: the package docker.io. docker: Docker's repository, its key pinned. Default: docker where Debian has no Compose v2 (12 and before), else debian.",
    },
    compose: {
      type: "boolean",
      default: true,
      description: "Install Compose v2, too. Debian 12 and before have no package of it: with from: debian it must come from elsewhere.",
    },
    dataRoot: {
      type: "string",
      pattern: "^/[^\\u0000]*[^\\u0000/]$",
      description: "Where images, containers and volumes are kept. What is at the old place is not moved.",
    },
    mirrors: { type: "array", items: { type: "string", pattern: "^https?://" }, description: "Registries that are asked before Docker Hub." },
    insecureRegistries: { type: "array", items: { type: "string" }, description: "Registries without TLS: host:port." },
    logMaxSize: { ...size, default: "10m", description: "A container's log is rotated at this size." },
    logMaxFiles: { type: "integer", minimum: 1, maximum: 100, default: 3, description: "How many of them are kept." },
    liveRestore: { type: "boolean", default: true, description: "Containers go on running while the daemon restarts." },
    runtimes: { type: "object", additionalProperties: { type: "object" }, description: "Runtimes by name: { nvidia: { path: nvidia-container-runtime } }." },
    daemon: { type: "object", description: "More of daemon.json, as it stands there. What others wrote into the file stays.", default: {} },
    users: {
      type: "array",
      items: { type: "string", pattern: "^[A-Za-z_][A-Za-z0-9_.-]{0,30}$" },
      description: "Who may talk to the daemon: as good as root.",
      default: [],
    },
    prune: {
      enum: ["daily", "weekly", "monthly", "never"],
      default: "never",
      description: "How often images that nothing uses are removed; never containers or volumes.",
    },
  },
} as const satisfies JsonSchema;

export type DockerParams = FromSchema<typeof params>;
