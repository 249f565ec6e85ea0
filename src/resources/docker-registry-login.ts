// A login of a host's Docker client at a registry: kept in its config.json, beside those of others.

import { sha256 } from "../lib/hash.ts";
import { type Ahead, absent, type Change, change, type Found, type Irreversible, type Kind, type Known, present } from "../model/kind.ts";
import type { Readers } from "../model/ports/index.ts";
import { ProblemError, problemOf } from "../model/problem.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { JsonSchema } from "../model/schema.ts";
import type { Step } from "../model/step.ts";
import { type Text, type TextInput, text } from "../model/text.ts";
import { loginsAt, rootConfig } from "./docker/logins.ts";
import { given, pathPattern, resourceOf, textSchema } from "./make.ts";

/** Who logs in where. */
export interface DockerRegistryLogin {
  /** As docker login takes it: `ghcr.io`, `127.0.0.1:5000`, `docker.io`. */
  readonly registry: string;
  readonly username: string;
  readonly password: Text;
  /** The client's folder: `/root/.docker` is root's. */
  readonly config: string;
  readonly absent?: boolean;
}

/** Without a hash where a helper keeps the password: then nobody can compare it. */
export interface DockerRegistryLoginActual {
  readonly username?: string;
  readonly passwordSha256?: string;
}

const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["registry", "username", "password", "config"],
  properties: {
    registry: { type: "string", pattern: "^[a-z0-9][a-zA-Z0-9.:/_-]*$", description: "As docker login takes it: ghcr.io, registry.home:5000, docker.io." },
    username: { type: "string", pattern: "^[^\\u0000-\\u001f:-][^\\u0000-\\u001f:]*$", description: "Who logs in." },
    password: { ...textSchema, description: "The password or token: a secret." },
    config: { type: "string", pattern: pathPattern, description: "The client's folder. Default /root/.docker." },
    absent: { type: "boolean", description: "Log out." },
  },
};

export const dockerRegistryLoginKind: Kind<DockerRegistryLogin, DockerRegistryLoginActual, "shell"> = {
  kind: "docker.registryLogin",
  summary: "A login at a registry of images, beside those of others.",
  schema,
  via: ["shell"],
  identity: ({ registry, config }) => (config === rootConfig ? registry : `${registry} in ${config}`),
  probe,
  diff,
  steps,
  absent: (desired) => ({ ...desired, absent: true }),
  restore,
};

export interface DockerRegistryLoginOptions extends ResourceOptions {
  readonly registry: string;
  readonly username: string;
  readonly password: TextInput;
  readonly config?: string;
  readonly absent?: boolean;
}

/** A login at a registry. Default: of root's client, which pulls for stacks. */
export function dockerRegistryLogin(options: DockerRegistryLoginOptions): Resource<DockerRegistryLogin> {
  const { registry, username, password, config = rootConfig, absent: gone, ...brings } = options;
  return resourceOf(
    dockerRegistryLoginKind,
    { registry, username, password: text(password), config, ...given({ absent: gone }) },
    { ...brings, traces: [`${config}/config.json`] },
  );
}

async function probe({ registry, config }: DockerRegistryLogin, { shell }: Pick<Readers, "shell">): Promise<Found<DockerRegistryLoginActual>> {
  try {
    const kept = (await loginsAt(config, shell))(registry);
    if (kept === undefined) return absent;
    return present(kept === "by a helper" ? {} : { username: kept.username, passwordSha256: sha256(kept.password) });
  } catch (thrown) {
    if (!(thrown instanceof ProblemError)) throw thrown;
    return { found: "unknown", because: problemOf(thrown) };
  }
}

function diff({ username, password, absent: gone }: DockerRegistryLogin, found: Known<DockerRegistryLoginActual>, ahead: Ahead): readonly Change[] {
  const actual = found.found === "present" ? found.actual : undefined;
  if (gone === true) return actual === undefined ? [] : [change("exists", { before: true, after: false, risk: "replace" })];
  if (actual === undefined) return [change("username", { before: null, after: username }), passwordFrom({ value: null })];
  if (actual.username === undefined) return [];
  const named = actual.username === username ? [] : [change("username", { before: actual.username, after: username })];
  return actual.passwordSha256 === ahead.digest(password) ? named : [...named, passwordFrom({ hidden: "sensitive" })];
}

function passwordFrom(before: Change["before"]): Change {
  return { property: "password", before, after: { hidden: "sensitive" }, risk: "none", view: "value" };
}

function steps(desired: DockerRegistryLogin, _: Known<DockerRegistryLoginActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  const { registry, username, password, config, absent: gone } = desired;
  if (changes.length === 0) return [];
  if (gone === true) return [{ do: "run", title: `log out of ${registry}`, script: 'exec docker --config "$1" logout "$2"', args: [config, registry] }];
  const args = [config, username, ...(registry === "docker.io" ? [] : [registry])];
  return [{ do: "detached", title: `log in at ${registry}`, script: loginScript, args, stdin: password, deadlineMs: 120_000 }];
}

// The registry is asked: a wrong password fails here, and is not kept. That the file is not encrypted is said only where the login fails.
const loginScript = `umask 077
config=$1 user=$2; shift 2
said=$(docker --config "$config" login --username "$user" --password-stdin "$@" 2>&1 >/dev/null) && exit
printf '%s\\n' "$said" >&2
exit 1
`;

function restore(desired: DockerRegistryLogin, before: Found<DockerRegistryLoginActual>): DockerRegistryLogin | Irreversible {
  if (before.found === "absent") return { ...desired, absent: true };
  return { irreversible: `the old login at ${desired.registry} was not kept` };
}
