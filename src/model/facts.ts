// Properties of a host, read before roles run and frozen for the run. Hostile data: never evaluated.

export interface Facts {
  readonly hostname: string;
  readonly machineId: string;
  /** Boot id and start time of PID 1, so that a container's reboot counts too. */
  readonly boot: string;
  readonly os: { readonly id: string; readonly versionId: string; readonly codename: string; readonly name: string; readonly like: readonly string[] };
  /** `uname -r`. */
  readonly kernel: string;
  /** `uname -m`: "x86_64", "aarch64". */
  readonly machine: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly init: "systemd" | "other";
  readonly packageManager: "apt" | "none";
  /** "none", "container", "kvm" … */
  readonly virtualization: string;
  /** Graphics cards on the PCI bus, in the order of their addresses. */
  readonly gpus: readonly Gpu[];
  /** The user that logged in, before becoming root. */
  readonly user: string;
  /** True when the session's commands run as uid 0. */
  readonly root: boolean;
}

/** One graphics card. */
export interface Gpu {
  /** As sysfs has it: "0000:42:00.0". */
  readonly address: string;
  /** "nvidia", "amd", "intel", or the PCI vendor's four hexadecimal digits. */
  readonly vendor: string;
  /** The PCI device's four hexadecimal digits. */
  readonly device: string;
  /** The kernel's driver that has it: "nvidia", "nouveau", "amdgpu", "vfio-pci"; left out where none has. */
  readonly driver?: string;
}

/** What a host that is not there yet will be, as far as that is known. */
export type PromisedFacts = Partial<Omit<Facts, "os">> & { readonly os?: Partial<Facts["os"]> };
