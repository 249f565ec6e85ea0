// What a kernel should be booted with, as data and as a schema.
import type { JsonSchema } from "../../model/schema.ts";

export interface KernelBoot {
  /** As on its command line: "iommu=pt". */
  readonly parameters: readonly string[];
  /** Drivers that have a PCI device from the boot on, by its address as sysfs has it. */
  readonly drivers: Readonly<Record<string, string>>;
  /** There must be IOMMU groups once it runs with the parameters. */
  readonly iommu: boolean;
  readonly absent?: boolean;
}

export const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["parameters", "drivers", "iommu"],
  properties: {
    parameters: {
      type: "array",
      uniqueItems: true,
      items: { type: "string", pattern: "^[A-Za-z0-9_.-]+(=[A-Za-z0-9_.,:@/+-]+)?$" },
      description: "Parameters of the kernel's command line; where one has another value later in the line, that one counts, and it is not as desired.",
    },
    drivers: {
      type: "object",
      propertyNames: { pattern: "^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]$" },
      additionalProperties: { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" },
      description: "Drivers that must have a PCI device after the boot, by its address.",
    },
    iommu: {
      type: "boolean",
      description: "Whether there must be IOMMU groups: where the parameters do not bring any, the firmware has it off, and no reboot helps.",
    },
    absent: { type: "boolean", description: "The next boot is without these parameters." },
  },
};
