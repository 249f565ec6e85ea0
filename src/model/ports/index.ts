// The registry of ports that kinds may ask for. A new one is a file beside this and a line here.

import type { DockerReader } from "./docker.ts";
import type { KubernetesReader } from "./kubernetes.ts";
import type { PiholeReader } from "./pihole.ts";
import type { ProxmoxReader } from "./proxmox.ts";
import type { ShellReader } from "./shell.ts";
import type { SnapdReader } from "./snapd.ts";

export interface Readers {
  readonly shell: ShellReader;
  readonly proxmox: ProxmoxReader;
  readonly pihole: PiholeReader;
  readonly docker: DockerReader;
  readonly kubernetes: KubernetesReader;
  readonly snapd: SnapdReader;
}

export type PortName = keyof Readers;
