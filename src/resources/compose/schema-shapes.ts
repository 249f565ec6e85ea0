// The shapes of values in compose files, out of which the schema is made.

export const text = { type: "string" } as const;
export const flag = { type: "boolean" } as const;
export const number = { title: "a number", type: ["integer", "number", "string"] } as const;
export const scalar = { title: "a text, a number, true, false or nothing", type: ["string", "integer", "number", "boolean", "null"] } as const;
export const texts = { type: "array", items: text } as const;
export const listOrText = { title: "a text or a list of texts", anyOf: [text, texts] } as const;
export const words = {
  title: "a text, a list of texts or nothing",
  anyOf: [{ type: "null" }, text, { type: "array", items: { type: ["string", "integer", "number"] } }],
} as const;
export const pairs = {
  title: "a map, or a list of NAME=value",
  anyOf: [
    { type: "object", additionalProperties: scalar },
    { type: "array", items: { type: ["string", "integer", "number"] } },
  ],
} as const;
export const duration = { title: "a duration such as 30s or 1m30s", type: "string", pattern: "^(0|([0-9]+(\\.[0-9]+)?(us|ms|s|m|h))+)$" } as const;
export const bytes = {
  title: "an amount of bytes such as 512M or 1.5gb",
  anyOf: [{ type: "integer" }, { type: "string", pattern: "^-?[0-9]+(\\.[0-9]+)? ?([kKmMgGtTpP]?[iI]?[bB]?)$" }],
} as const;
export const anything = {} as const;
export const map = { type: "object" } as const;
export const mapOrNothing = { title: "a map or nothing", type: ["object", "null"] } as const;

export const keyed = <Properties extends object>(properties: Properties) => ({ type: "object", additionalProperties: false, properties }) as const;

export const limits = keyed({ cpus: number, memory: bytes, pids: number, devices: { type: "array", items: map }, generic_resources: { type: "array" } });

export const deploy = keyed({
  mode: text,
  endpoint_mode: text,
  replicas: number,
  labels: pairs,
  rollback_config: map,
  update_config: map,
  resources: keyed({ limits, reservations: limits }),
  restart_policy: keyed({ condition: text, delay: duration, max_attempts: number, window: duration }),
  placement: map,
});

export const healthcheck = keyed({
  disable: flag,
  interval: duration,
  retries: number,
  test: listOrText,
  timeout: duration,
  start_period: duration,
  start_interval: duration,
});

export const build = {
  title: "a path, or a map with context",
  anyOf: [
    text,
    keyed({
      context: text,
      dockerfile: text,
      dockerfile_inline: text,
      entitlements: texts,
      args: pairs,
      ssh: anything,
      labels: pairs,
      cache_from: texts,
      cache_to: texts,
      no_cache: flag,
      additional_contexts: pairs,
      network: text,
      provenance: anything,
      sbom: anything,
      pull: flag,
      target: text,
      shm_size: bytes,
      extra_hosts: anything,
      isolation: text,
      privileged: flag,
      secrets: { type: "array" },
      tags: texts,
      ulimits: map,
      platforms: texts,
    }),
  ],
} as const;

export const port = {
  title: "a port such as 8080:80 or a map with target",
  anyOf: [
    { type: ["integer", "number"] },
    text,
    keyed({ name: text, mode: text, host_ip: text, target: number, published: { type: ["string", "integer"] }, protocol: text, app_protocol: text }),
  ],
} as const;

export const volumeMount = {
  title: "a mount such as ./config:/config:ro or a map with type and target",
  anyOf: [
    text,
    {
      ...keyed({
        type: { enum: ["bind", "volume", "tmpfs", "cluster", "npipe", "image"] },
        source: text,
        target: text,
        read_only: flag,
        consistency: text,
        bind: map,
        volume: map,
        tmpfs: map,
        image: map,
      }),
      required: ["type"],
    },
  ],
} as const;

export const fileMount = {
  anyOf: [text, keyed({ source: text, target: text, uid: { type: ["string", "integer"] }, gid: { type: ["string", "integer"] }, mode: number })],
} as const;

export const dependsOn = {
  title: "a list of services, or a map of them with a condition",
  anyOf: [
    texts,
    {
      type: "object",
      additionalProperties: {
        ...keyed({
          condition: { enum: ["service_started", "service_healthy", "service_completed_successfully"] },
          required: flag,
          restart: flag,
        }),
        required: ["condition"],
      },
    },
  ],
} as const;

export const serviceNetworks = {
  title: "a list of networks, or a map of them",
  anyOf: [
    texts,
    {
      type: "object",
      additionalProperties: {
        ...keyed({
          aliases: texts,
          interface_name: text,
          ipv4_address: text,
          ipv6_address: text,
          link_local_ips: texts,
          mac_address: text,
          driver_opts: map,
          priority: number,
          gw_priority: number,
        }),
        type: ["object", "null"],
      },
    },
  ],
} as const;

export const envFiles = {
  title: "a path, or a list of paths",
  anyOf: [text, { type: "array", items: { anyOf: [text, { ...keyed({ path: text, required: flag, format: text }), required: ["path"] }] } }],
} as const;
