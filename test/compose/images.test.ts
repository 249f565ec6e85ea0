// What registries say of a stack's images: asked with the logins of the host's client, and which login is missing where they refuse.
import { describe, expect, test } from "vitest";
import type { AtRegistry, Container, DockerReader, RegistryLogin } from "../../src/model/ports/docker.ts";
import type { ShellReader } from "../../src/model/ports/shell.ts";
import { imagesOf, movedOf } from "../../src/resources/compose/images.ts";
import { registryOf } from "../../src/resources/docker/logins.ts";
import { stack } from "./bench.ts";

const auth = (both: string) => ({ auth: Buffer.from(both).toString("base64") });
const compose = "services: { a: { image: ghcr.io/x/app:1 }, b: { image: redis:7 } }\n";

async function asked(config: object | undefined, answer: (login: RegistryLogin | undefined) => AtRegistry) {
  const seen = config === undefined ? { seen: "absent" } : { seen: "there", content: Buffer.from(JSON.stringify(config)) };
  const on = {
    shell: { ask: async () => seen } as unknown as ShellReader,
    docker: { atRegistry: async (_: string, login?: RegistryLogin) => answer(login) } as unknown as DockerReader,
  };
  return imagesOf(stack({ compose }), on);
}

describe("a login of the host's client", () => {
  const auths = { "ghcr.io": auth("ops:pa:ss"), "https://index.docker.io/v1/": auth("hub:x") };

  test("goes to its registry and to no other", async () => {
    const images = await asked({ auths }, (login) => ({ says: "digest", digest: `sha256:${login?.username}:${login?.password}` }));
    expect(images).toEqual([
      { image: "ghcr.io/x/app:1", offered: "sha256:ops:pa:ss" },
      { image: "redis:7", offered: "sha256:hub:x" },
    ]);
  });

  test.each<readonly [string, object | undefined, string]>([
    ["there is none", undefined, "the registry ghcr.io wants a login, or has no such image; root's Docker client on the host has no login there"],
    [
      "there is only another",
      { auths: { "quay.io": auth("a:b") } },
      "the registry ghcr.io wants a login, or has no such image; root's Docker client on the host has no login there",
    ],
    ["a helper keeps it", { auths: { "ghcr.io": {} } }, "a helper of root's Docker client on the host keeps it from hlx"],
    ["it is a wrong one", { auths }, "the registry ghcr.io refuses the login of ops, or has no such image"],
  ])("%s: a refusal says so, with what to write and never with a password", async (...[, config, because]) => {
    const [image] = await asked(config, () => ({ says: "refused" }));
    expect(image).toEqual({ image: "ghcr.io/x/app:1", refused: expect.stringContaining(because) });
    expect(image?.refused).toContain("logins: { ghcr.io: { username: …, password: !secret … } }");
    expect(image?.refused).not.toContain("pa:ss");
  });

  test("a registry that does not answer is not said to want one", async () => {
    expect(await asked(undefined, () => ({ says: "nothing" }))).toEqual([{ image: "ghcr.io/x/app:1" }, { image: "redis:7" }]);
  });
});

describe("a plan with pull: digest", () => {
  const desired = stack({ compose: "services: { a: { image: app:1 }, b: { image: app:1 } }\n" });
  const running = ["a", "b"].map((name) => ({ Image: "sha256:1", Config: { Labels: { "com.docker.compose.service": name } } }) as unknown as Container);
  const told = async (RepoDigests: readonly string[]) => {
    const docker = { atRegistry: async () => ({ says: "refused" }), image: async () => ({ Id: "", RepoTags: [], RepoDigests }) };
    const on = { shell: { ask: async () => ({ seen: "absent" }) } as unknown as ShellReader, docker: docker as unknown as DockerReader };
    return (await movedOf(desired, running, on)).refused.map(({ because }) => because);
  };

  test("tells once of a registry that refuses", async () =>
    expect(await told(["app@sha256:2"])).toEqual([expect.stringMatching(/^app:1: the registry docker.io wants a login/)]));
  test("does not ask for a login for an image that was built there", async () => expect(await told([])).toEqual([]));
});

test.each([
  ["redis:7", "docker.io"],
  ["library/redis", "docker.io"],
  ["ghcr.io/x/app:1", "ghcr.io"],
  ["localhost/app", "localhost"],
  ["registry:5000/app:1", "registry:5000"],
  ["127.0.0.1:5000/app@sha256:0", "127.0.0.1:5000"],
])("the registry of %s is %s", (image, registry) => expect(registryOf(image)).toBe(registry));
