// The engine's reader: questions that wait at the same moment are asked once.
import type Docker from "dockerode";
import type { AtRegistry, Container, DockerReader, ImageInfo, ListedContainer, NetworkInfo, RegistryLogin, VolumeInfo } from "../../model/ports/docker.ts";
import { problemOf } from "../../model/problem.ts";
import type { Engine } from "./engine.ts";

/** One burst for all probes of a host: what one of them asks, the others get too. */
export function readerOf(engine: Engine): DockerReader {
  const waiting = new Map<string, Promise<unknown>>();

  function once<Answer>(key: string, request: (docker: Docker) => Promise<unknown>): Promise<Answer | undefined> {
    const known = waiting.get(key) ?? engine.ask(request).finally(() => waiting.delete(key));
    waiting.set(key, known);
    return known as Promise<Answer | undefined>;
  }

  return {
    containers: async () => (await once<readonly ListedContainer[]>("containers", (docker) => docker.listContainers({ all: true }))) ?? [],
    container: (id) => once<Container>(`container ${id}`, (docker) => docker.getContainer(id).inspect()),
    image: (name) => once<ImageInfo>(`image ${name}`, (docker) => docker.getImage(name).inspect()),
    networks: async () => (await once<readonly NetworkInfo[]>("networks", (docker) => docker.listNetworks())) ?? [],
    volumes: async () => (await once<{ readonly Volumes: readonly VolumeInfo[] | null }>("volumes", (docker) => docker.listVolumes()))?.Volumes ?? [],
    atRegistry: (image, login) =>
      once<Distribution>(`distribution ${image} ${login?.username ?? ""}`, (docker) => docker.getImage(image).distribution(optionsFor(login))).then(
        (answer): AtRegistry => (answer?.Descriptor?.digest === undefined ? { says: "nothing" } : { says: "digest", digest: answer.Descriptor.digest }),
        (thrown: unknown): AtRegistry => ({ says: problemOf(thrown).code === "privilege" ? "refused" : "nothing" }),
      ),
  };
}

interface Distribution {
  readonly Descriptor?: { readonly digest?: string };
}

// The engine hands it on (header X-Registry-Auth of the Engine API).
function optionsFor(login: RegistryLogin | undefined): object {
  return login === undefined ? {} : { authconfig: login };
}
