// Property strings of Proxmox (`virtio=MAC,bridge=vmbr0`) as maps, and their one spelling.

/** What is compared: one readable text for each setting; what is not there is left out. */
export type Settings = Readonly<Record<string, string>>;

/** A property string as a map: `virtio=MAC,bridge=vmbr0` is model and macaddr; a bare first value stands for `first`. */
export function propertiesOf(value: string, first: string): Readonly<Record<string, string>> {
  const pairs = value
    .split(",")
    .filter((part) => part !== "")
    .map((part): readonly [string, string] => (part.includes("=") ? [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)] : [first, part]));
  return Object.fromEntries(pairs);
}

/** The map as a property string, sorted by key: the order in which Proxmox writes it says nothing. */
export function spelled(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
}

/** Tags in their one spelling: Proxmox writes them small, sorted, once each, with `;` between. */
export function tagsText(value: string): string {
  return [...new Set(value.toLowerCase().split(/[;, ]+/))]
    .filter((tag) => tag !== "")
    .toSorted()
    .join(";");
}

/** The size of a disk in GiB, of its property string; undefined when it says none. */
export function sizeOf(disk: string | undefined): number | undefined {
  const [, digits, unit = ""] = /(?:^|,)size=(\d+(?:\.\d+)?)([KMGT]?)/.exec(disk ?? "") ?? [];
  const factor = { K: 1 / 1024 ** 2, M: 1 / 1024, G: 1, T: 1024, "": 1 / 1024 ** 3 }[unit];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}

/** A number as Proxmox is sent it. */
export function word(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** A yes or no as Proxmox is sent it: 1 or 0, nothing else. */
export function flag(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(Number(value));
}
