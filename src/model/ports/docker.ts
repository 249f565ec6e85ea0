// What may be asked of a host's Docker engine. Every answer is hostile data; fields are as the Engine API has them (v1.41).

/** A container in a list. */
export interface ListedContainer {
  readonly Id: string;
  /** Each with a slash before it. */
  readonly Names: readonly string[];
  readonly Image: string;
  readonly ImageID: string;
  readonly State: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Ports: readonly { readonly IP?: string; readonly PublicPort?: number; readonly Type: string }[];
}

/** One container as the engine runs it. */
export interface Container {
  readonly Id: string;
  readonly Name: string;
  /** The image's id. */
  readonly Image: string;
  readonly State: { readonly Status: string; readonly ExitCode: number; readonly StartedAt: string; readonly Health?: { readonly Status: string } };
  readonly Config: {
    readonly Image: string;
    readonly Env: readonly string[] | null;
    readonly Cmd: readonly string[] | null;
    readonly Entrypoint: readonly string[] | string | null;
    readonly Labels: Readonly<Record<string, string>> | null;
    readonly User?: string;
    readonly Hostname?: string;
    readonly WorkingDir?: string;
    readonly Healthcheck?: unknown;
  };
  readonly HostConfig: {
    readonly RestartPolicy: { readonly Name: string; readonly MaximumRetryCount: number };
    readonly Memory: number;
    readonly NanoCpus: number;
    readonly NetworkMode: string;
    readonly Privileged: boolean;
    readonly PortBindings: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>> | null;
  };
  readonly Mounts: readonly { readonly Type: string; readonly Name?: string; readonly Source: string; readonly Destination: string; readonly RW: boolean }[];
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, unknown>> | null };
}

export interface ImageInfo {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
  readonly RepoDigests: readonly string[] | null;
}

export interface NetworkInfo {
  readonly Name: string;
  readonly Id: string;
  readonly Driver: string;
  readonly Internal: boolean;
  readonly Attachable: boolean;
  readonly EnableIPv6: boolean;
  readonly Options: Readonly<Record<string, string>> | null;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly IPAM: { readonly Config: readonly Readonly<Record<string, string>>[] | null };
}

export interface VolumeInfo {
  readonly Name: string;
  readonly Driver: string;
  readonly Options: Readonly<Record<string, string>> | null;
  readonly Labels: Readonly<Record<string, string>> | null;
}

/** A login at a registry, as the Docker client keeps it: what is between the colons of `auth`, or a token. */
export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
}

/** What a registry says of a tag now. `refused`: it wants a login, or another one; many say so of images that are not there, too. */
export type AtRegistry = { readonly says: "digest"; readonly digest: string } | { readonly says: "refused" } | { readonly says: "nothing" };

/**
 * Reading a Docker engine. Questions that wait at the same moment are asked once, whoever asks. Throws ProblemError: "missing" where there is no
 * Docker, "silent" where there is and its engine does not answer, "privilege" where it may not be asked, else "unknown".
 */
export interface DockerReader {
  /** All containers, running or not. */
  containers(): Promise<readonly ListedContainer[]>;
  /** One container by id or name; undefined when there is none (any more). */
  container(id: string): Promise<Container | undefined>;
  /** One image by name or id; undefined when it is not on the host. */
  image(name: string): Promise<ImageInfo | undefined>;
  networks(): Promise<readonly NetworkInfo[]>;
  volumes(): Promise<readonly VolumeInfo[]>;
  /** The digest (`sha256:…`) that a registry has for a tag now, asked through the engine; `nothing` when the registry has none or does not answer. */
  atRegistry(image: string, login: RegistryLogin | undefined): Promise<AtRegistry>;
}
