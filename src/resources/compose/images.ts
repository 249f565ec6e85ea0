// What registries say of the images of a stack: asked through the host's engine, with the logins of root's client there.
import type { NamedImage, Notice } from "../../model/kind.ts";
import type { AtRegistry, Container } from "../../model/ports/docker.ts";
import type { Readers } from "../../model/ports/index.ts";
import { loginsAt, registryOf, rootConfig } from "../docker/logins.ts";
import type { StackActual } from "./actual.ts";
import type { Looks, Stack } from "./desired.ts";

type On = Pick<Readers, "shell" | "docker">;
type Tagged = Looks & { readonly image: string };

/** The label of Compose that names a container's service. */
export const serviceName = "com.docker.compose.service";

interface Moved {
  readonly moved: StackActual["moved"];
  /** Registries that did not say. */
  readonly refused: readonly Notice[];
}

/** Services whose tag stands for another image in its registry than for what runs, or than in hlx.lock. */
export async function movedOf({ services }: Stack, inspected: readonly Container[], on: On): Promise<Moved> {
  const running = Object.entries(services).flatMap(([name, { looks }]) => {
    const own = inspected.find(({ Config }) => Config.Labels?.[serviceName] === name);
    return own === undefined || !isTagged(looks) ? [] : [{ name, looks, own }];
  });
  const said = await saidOf(
    running.map(({ looks }) => looks.image),
    on,
  );
  const compared = await Promise.all(
    running.map(async ({ name, looks, own }) => {
      const [digests, of] = [(await on.docker.image(own.Image))?.RepoDigests ?? [], said.get(looks.image)];
      const digest = digestIn(of);
      const known = looks.digest === undefined ? digests.some((one) => one.endsWith(`@${digest}`)) : looks.digest === digest;
      // What has no digest came from no registry: it was built here.
      const told = of?.refused === undefined || digests.length === 0 ? [] : [{ because: `${looks.image}: ${of.refused}`, hint: loginHint(looks.image) }];
      return { moved: digest === undefined || known ? [] : [[name, digest] as const], told };
    }),
  );
  const refused = new Map(compared.flatMap(({ told }) => told).map((notice) => [notice.because, notice]));
  return { moved: Object.fromEntries(compared.flatMap(({ moved }) => moved)), refused: [...refused.values()] };
}

/** What the tags of the stack's images stand for: in hlx.lock, and in their registries. */
export async function imagesOf({ services }: Stack, on: On): Promise<readonly NamedImage[]> {
  const tagged = Object.values(services)
    .map(({ looks }) => looks)
    .filter(isTagged);
  const once = [...new Map(tagged.map((looks) => [looks.image, looks])).values()];
  const said = await saidOf(
    once.map(({ image }) => image),
    on,
  );
  return once.map(({ image, digest: locked }) => {
    const [offered, refused] = [digestIn(said.get(image)), said.get(image)?.refused];
    const why = refused === undefined ? {} : { refused: `${refused}: ${loginHint(image)}` };
    return { image, ...(locked === undefined ? {} : { locked }), ...(offered === undefined ? {} : { offered }), ...why };
  });
}

function isTagged(looks: Looks): looks is Tagged {
  return looks.image !== undefined && !looks.image.includes("@sha256:");
}

interface Said {
  readonly at: AtRegistry;
  readonly refused?: string;
}

async function saidOf(images: readonly string[], { shell, docker }: On): Promise<ReadonlyMap<string, Said>> {
  if (images.length === 0) return new Map();
  const logins = await loginsAt(rootConfig, shell);
  const asked = [...new Set(images)].map(async (image): Promise<readonly [string, Said]> => {
    const [registry, login] = [registryOf(image), logins(registryOf(image))];
    const at = await docker.atRegistry(image, typeof login === "object" ? login : undefined);
    return [image, { at, ...(at.says === "refused" ? { refused: refusal(registry, login) } : {}) }];
  });
  return new Map(await Promise.all(asked));
}

function refusal(registry: string, login: ReturnType<Awaited<ReturnType<typeof loginsAt>>>): string {
  if (login === undefined) return `the registry ${registry} wants a login, or has no such image; root's Docker client on the host has no login there`;
  if (login === "by a helper") return `the registry ${registry} wants a login, and a helper of root's Docker client on the host keeps it from hlx`;
  return `the registry ${registry} refuses the login of ${login.username}, or has no such image`;
}

function loginHint(image: string): string {
  return `logins: { ${registryOf(image)}: { username: …, password: !secret … } } of the role compose, or docker login there`;
}

function digestIn(said: Said | undefined): string | undefined {
  return said?.at.says === "digest" ? said.at.digest : undefined;
}
