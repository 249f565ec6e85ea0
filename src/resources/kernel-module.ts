// A driver's kernel module: there for the running and the next kernel, loaded in the version that its library has; a reboot where only that helps.
import { type Found, type Kind, present } from "../model/kind.ts";
import type { Readers } from "../model/ports/index.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import { type KernelModule, schema } from "./kernel-module/desired.ts";
import { diff, type KernelModuleActual } from "./kernel-module/diff.ts";
import { steps } from "./kernel-module/steps.ts";
import { given, resourceOf } from "./make.ts";
import { moduleRead } from "./reads/kernel-modules.ts";
import { packageRead } from "./reads/packages.ts";

export const kernelModuleKind: Kind<KernelModule, KernelModuleActual, "shell"> = {
  kind: "kernel.module",
  summary: "A driver's kernel module: built for the running and the next kernel, and loaded in place of others, by a reboot where only that helps.",
  schema,
  via: ["shell"],
  identity: ({ module }) => module,
  probe,
  diff,
  steps,
  restore: ({ module }) => ({ irreversible: `the module ${module} stays loaded until the next boot` }),
};

export interface KernelModuleOptions extends ResourceOptions {
  readonly module: string;
  /** Default is the module's name. */
  readonly files?: readonly string[];
  readonly also?: readonly string[];
  readonly instead?: readonly string[];
  readonly from: KernelModule["from"];
  readonly headers: string;
  readonly library?: string;
  /** What brings another version of it when it changes. */
  readonly follows?: readonly Resource[];
}

export function kernelModule({
  module,
  files = [module],
  also = [],
  instead = [],
  from,
  headers,
  library,
  follows = [],
  ...brings
}: KernelModuleOptions): Resource {
  const desired = { module, files, also, instead, from, headers, follows: follows.map(({ id }) => id), ...given({ library }) };
  return resourceOf(kernelModuleKind, desired, brings);
}

async function probe({ module, files, instead, library, from }: KernelModule, on: Pick<Readers, "shell">): Promise<Found<KernelModuleActual>> {
  const [seen, owner] = await Promise.all([
    on.shell.ask(moduleRead, { module, files, instead }),
    library === undefined ? undefined : on.shell.ask(packageRead, library),
  ]);
  const actual: KernelModuleActual = {
    loaded: seen.loaded ?? null,
    running: seen.running ?? null,
    next: seen.next ?? null,
    inTheWay: seen.inTheWay,
    library: owner?.installed === true ? upstream(owner.version ?? "") : null,
  };
  if (from === "dkms" && seen.secureBoot === "closed" && seen.loaded === undefined) return refused(module);
  return present(actual, { kernels: seen.kernels });
}

// An epoch before, a Debian revision behind (deb-version(7)).
function upstream(version: string): string {
  return version.replace(/^\d+:/, "").replace(/-[^-]*$/, "");
}

function refused(module: string): Extract<Found<never>, { found: "unknown" }> {
  return {
    found: "unknown",
    because: {
      code: "missing",
      message: `the module ${module} is built on the host, but Secure Boot is on and none of the host's own keys is enrolled: the kernel would refuse it`,
      hint: "at the host: mokutil --import /var/lib/dkms/mok.pub, reboot, and choose Enroll MOK at its console; or turn Secure Boot off in its firmware (of a VM: EFI disk without pre-enrolled keys)",
    },
  };
}
