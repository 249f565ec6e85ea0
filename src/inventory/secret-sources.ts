// The inventory's `secrets:`: a file, or a list of places that are asked in turn.
import { resolve } from "node:path";
import type { SecretSource, SecretSources } from "../model/ports/secrets.ts";

const text = { type: "string", minLength: 1 } as const;
const file = { ...text, description: "relative to this file" } as const;
const variable = { type: "string", pattern: "^[A-Za-z_][A-Za-z0-9_]*$", title: "the name of an environment variable" } as const;

const vault = {
  type: "object",
  additionalProperties: false,
  required: ["address", "path"],
  description: "A secret of the KV engine (version 2) of HashiCorp Vault or OpenBao",
  properties: {
    address: {
      type: "string",
      pattern: "^https?://[^/?#@]+/?$",
      title: 'an address such as "https://vault.home.example:8200"',
      description: "http:// on this machine only",
    },
    path: {
      type: "string",
      pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$",
      title: 'a path such as "homelab/web"',
      description: "Where the secret is below the mount",
    },
    mount: {
      type: "string",
      pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$",
      title: "a path",
      description: "Of the KV engine; default secret",
    },
    namespace: { type: "string", pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*/?$", title: "a namespace" },
    ca: { ...file, description: "The certificate authority (PEM), instead of the system's" },
    tokenFile: { ...file, description: "Holds the token; default: the variable VAULT_TOKEN, then ~/.vault-token" },
    appRole: {
      type: "object",
      additionalProperties: false,
      required: ["role"],
      description: "Logs in with a role and the secret id of a file or a variable",
      properties: {
        role: { ...text, description: "The role id" },
        secretIdFile: file,
        secretIdEnv: variable,
        mount: {
          type: "string",
          pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$",
          title: "a path",
          description: "Of the AppRole method; default approle",
        },
      },
    },
  },
} as const;

/** Exactly one of these keys a source. */
const properties = {
  file: { ...text, description: "Encrypted with age, sops or ansible-vault; relative to this file" },
  env: { ...variable, description: "A prefix: PREFIX_ finds web.password in PREFIX_WEB_PASSWORD" },
  command: {
    type: "array",
    minItems: 1,
    items: { type: "string" },
    description: "A program with its arguments; {name} in one stands for the secret's name. Without it, what is printed is YAML of all",
  },
  vault,
} as const;

/** Its schema. */
export const secretSources = {
  title: "a file, or a list of sources",
  description: "The secrets file (age, sops or ansible-vault), relative to this one; or a list of sources, asked in turn: file, env, command, vault",
  anyOf: [
    text,
    {
      type: "array",
      minItems: 1,
      items: { title: "one source: file, env, command or vault", type: "object", additionalProperties: false, minProperties: 1, maxProperties: 1, properties },
    },
  ],
} as const;

/** The sources with their files made absolute. */
export function sourcesIn(folder: string, written: SecretSources): SecretSources {
  return typeof written === "string" ? resolve(folder, written) : written.map((source) => absolute(folder, source));
}

function absolute(folder: string, source: SecretSource): SecretSource {
  if ("file" in source) return { file: resolve(folder, source.file) };
  if (!("vault" in source)) return source;
  const { ca, tokenFile, appRole, ...rest } = source.vault;
  const login = appRole?.secretIdFile === undefined ? appRole : { ...appRole, secretIdFile: resolve(folder, appRole.secretIdFile) };
  return {
    vault: {
      ...rest,
      ...(ca !== undefined && { ca: resolve(folder, ca) }),
      ...(tokenFile !== undefined && { tokenFile: resolve(folder, tokenFile) }),
      ...(login !== undefined && { appRole: login }),
    },
  };
}
