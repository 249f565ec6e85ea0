// Graphics cards on the PCI bus, by vendor and driver.
import type { Gpu } from "../model/facts.ts";
import { ProblemError } from "../model/problem.ts";
import type { Fact } from "./fact.ts";

/** More cards than any machine has. */
const most = 64;

/** Display controllers (PCI class 0x03) as sysfs has them: nothing needs lspci. Virtual ones of a hypervisor count too. */
export const gpus: Fact<readonly Gpu[]> = {
  script: `
for card in /sys/bus/pci/devices/*; do
  read -r class <"$card/class" || continue
  case $class in 0x03*) ;; *) continue ;; esac
  vendor= device= driver=-
  read -r vendor <"$card/vendor"; read -r device <"$card/device"
  if [ -L "$card/driver" ]; then driver=$(readlink "$card/driver"); fi
  printf '%s %s %s %s\\n' "\${card##*/}" "$vendor" "$device" "\${driver##*/}"
done 2>/dev/null
`,
  parse: (output) => {
    const lines = output.split("\n").filter((line) => line !== "");
    if (lines.length > most) throw nonsense();
    return Object.freeze(lines.map(gpuIn));
  },
};

const line = /^([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) 0x([0-9a-f]{4}) 0x([0-9a-f]{4}) ([A-Za-z0-9_-]{1,64})$/;

function gpuIn(text: string): Gpu {
  const [, address, vendor, device, driver] = line.exec(text) ?? [];
  if (address === undefined || vendor === undefined || device === undefined || driver === undefined) throw nonsense();
  return { address, vendor: vendors.get(vendor) ?? vendor, device, ...(driver === "-" ? {} : { driver }) };
}

const vendors: ReadonlyMap<string, string> = new Map([
  ["10de", "nvidia"],
  ["1002", "amd"],
  ["8086", "intel"],
]);

function nonsense(): ProblemError {
  return new ProblemError({ code: "unknown", message: "the host answered nonsense about its graphics cards" });
}
