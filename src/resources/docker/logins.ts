// Logins at registries as a host's Docker client keeps them in its config.json.
import { isRecord, parsedJson } from "../../lib/json.ts";
import type { RegistryLogin } from "../../model/ports/docker.ts";
import type { ShellReader } from "../../model/ports/shell.ts";
import { type Problem, ProblemError } from "../../model/problem.ts";
import { denied } from "../ownership.ts";
import { fileRead } from "../reads/files.ts";

/** The folder of root's client, which pulls for stacks. */
export const rootConfig = "/root/.docker";

/** What a client keeps of one registry: nothing to see where a helper has the password. */
export type KeptLogin = RegistryLogin | "by a helper" | undefined;

/** The logins in a client's folder, by a registry as docker login takes it. Throws ProblemError where its file may not be read, or is no JSON. */
export async function loginsAt(folder: string, shell: ShellReader): Promise<(registry: string) => KeptLogin> {
  const path = `${folder}/config.json`;
  const seen = await shell.ask(fileRead, { path, unless: "" });
  if (seen.seen === "denied") throw new ProblemError(denied(path));
  if (seen.seen !== "there") return () => undefined;
  const value = seen.content === undefined ? undefined : parsedJson(Buffer.from(seen.content).toString("utf8"));
  if (!isRecord(value)) throw new ProblemError(noMap(path));
  const auths = isRecord(value["auths"]) ? value["auths"] : {};
  return (registry) => {
    const auth = Object.hasOwn(auths, keyOf(registry)) ? auths[keyOf(registry)] : undefined;
    return isRecord(auth) ? loginIn(auth) : undefined;
  };
}

function noMap(path: string): Problem {
  return { code: "unknown", message: `looking at ${path}: it is no file with a JSON map` };
}

// `auth` is base64 of `USER:PASSWORD` (docker/cli, cli/config/configfile); with a helper the map is empty.
function loginIn({ auth }: Readonly<Record<string, unknown>>): KeptLogin {
  const both = typeof auth === "string" ? Buffer.from(auth, "base64").toString("utf8") : "";
  const at = both.indexOf(":");
  return at === -1 ? "by a helper" : { username: both.slice(0, at), password: both.slice(at + 1) };
}

/** Docker Hub's name in config.json is the address of its first version (docker/cli, registry.IndexServer). */
function keyOf(registry: string): string {
  return registry === "docker.io" ? "https://index.docker.io/v1/" : registry;
}

/** The registry of an image: what stands before the first slash where that is a host (distribution/reference, splitDockerDomain). */
export function registryOf(image: string): string {
  const [first = "", ...more] = image.split("/");
  return more.length > 0 && (/[.:]/.test(first) || first === "localhost") ? first : "docker.io";
}
