// The facts, one line each; the type makes sure that none is missing.
import type { Facts } from "../model/facts.ts";
import { boot } from "./boot.ts";
import { cpus } from "./cpus.ts";
import type { Fact } from "./fact.ts";
import { gpus } from "./gpus.ts";
import { hostname } from "./hostname.ts";
import { init } from "./init.ts";
import { kernel } from "./kernel.ts";
import { machine } from "./machine.ts";
import { machineId } from "./machine-id.ts";
import { memoryMiB } from "./memory-mib.ts";
import { os } from "./os.ts";
import { packageManager } from "./package-manager.ts";
import { root } from "./root.ts";
import { user } from "./user.ts";
import { virtualization } from "./virtualization.ts";

export const facts: { readonly [Name in keyof Facts]: Fact<Facts[Name]> } = {
  hostname,
  machineId,
  boot,
  os,
  kernel,
  machine,
  cpus,
  memoryMiB,
  init,
  packageManager,
  virtualization,
  gpus,
  user,
  root,
};
