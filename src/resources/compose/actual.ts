// What runs of a stack, with nothing in it that changes by itself: no ids of containers, no times.
import type { Ownership } from "../ownership.ts";
import type { NetworkLooks } from "./desired.ts";

/** One container, in the words of `Looks`. */
export interface ContainerActual {
  /** Labels of hlx, or what was noted when the container was adopted. Without a content it gets no files and configs of the stack. */
  readonly spec?: string;
  readonly content?: string;
  readonly state: "running" | "stopped" | "completed" | "failed";
  readonly unhealthy?: true;
  /** The image it was made of, and the one that its name stands for on the host now: ids. */
  readonly image: string;
  readonly named?: string;
  readonly imageName: string;
  /** Is it of the digest that hlx.lock has? Left out where that has none. */
  readonly locked?: boolean;
  readonly restart: string;
  readonly memory: number;
  readonly nanoCpus: number;
  readonly networks: readonly string[];
  readonly mounts: readonly string[];
  readonly ports: readonly string[];
  /** Of a container that hlx did not make: whether its command is the one that is desired, and the digest of the desired names of its environment. */
  readonly foreign?: { readonly command: readonly string[]; readonly environment: string };
}

export interface StackActual {
  /** Containers by service; a service without any is not in it. */
  readonly services: Readonly<Record<string, readonly ContainerActual[]>>;
  /** Services of the project that are not desired. */
  readonly orphans: readonly string[];
  /** Those of the desired networks that are there and are not as desired: what they are of what is desired of them. */
  readonly networks?: Readonly<Record<string, NetworkLooks>>;
  /** SHA-256, mode and owner of hlx's files, by path from the folder. */
  readonly files: Readonly<Record<string, { readonly sha256: string } & Ownership>>;
  /** Services whose tag stands for something else in the registry: the digest there. */
  readonly moved: Readonly<Record<string, string>>;
}
