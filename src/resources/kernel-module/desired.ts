// What a kernel module should be, as data and as a schema.
import type { JsonSchema } from "../../model/schema.ts";

/** A module that is built for the running and the next kernel, and loaded. */
export interface KernelModule {
  readonly module: string;
  readonly files: readonly string[];
  readonly also: readonly string[];
  readonly instead: readonly string[];
  readonly from: "dkms" | "packages";
  readonly headers: string;
  readonly library?: string;
  readonly follows: readonly string[];
}

const name = { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" } as const satisfies JsonSchema;
const packageName = { type: "string", pattern: "^[a-z0-9][a-z0-9+.-]+$" } as const satisfies JsonSchema;

export const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["module", "files", "also", "instead", "from", "headers", "follows"],
  properties: {
    module: { ...name, description: "As the kernel calls it once it is loaded." },
    files: { type: "array", minItems: 1, items: name, description: "Under which names modinfo knows the file; the first that there is counts." },
    also: { type: "array", items: name, description: "Modules that are loaded with it." },
    instead: { type: "array", items: name, description: "Modules in whose place it comes: where one is loaded, only a reboot gives the device away." },
    from: {
      enum: ["dkms", "packages"],
      description: "Built on the host by DKMS, for which Secure Boot needs an enrolled key; or signed, from the distribution's packages.",
    },
    headers: { ...packageName, description: "The package without which it cannot be had for a new kernel: named when it is missing." },
    follows: {
      type: "array",
      items: { type: "string", minLength: 1 },
      description: "Resources that bring another version of it: when one of them changes, so does the module.",
    },
    library: { ...packageName, description: "The package of the library that must have the module's version." },
  },
};
