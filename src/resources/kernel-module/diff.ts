// What differs between a kernel module and what it should be.
import { type Ahead, type Change, change, type Known } from "../../model/kind.ts";
import type { KernelModule } from "./desired.ts";

/** Versions; null where there is none. */
export interface KernelModuleActual {
  readonly loaded: string | null;
  /** On disk, for the running kernel. */
  readonly running: string | null;
  /** On disk, for the kernel of the next boot. */
  readonly next: string | null;
  readonly inTheWay: readonly string[];
  readonly library: string | null;
}

const nothing: KernelModuleActual = { loaded: null, running: null, next: null, inTheWay: [], library: null };

/** `built` and `loaded`. What is loaded in another version, or has another in its way, only a reboot loads. */
export function diff(desired: KernelModule, found: Known<KernelModuleActual>, ahead: Ahead): readonly Change[] {
  const actual = found.found === "present" ? found.actual : { ...nothing, inTheWay: desired.instead };
  if (actual.loaded !== null && desired.follows.some((id) => ahead.changing.has(id))) return another(actual.loaded);
  const wanted = actual.library ?? actual.next ?? actual.running;
  const after = wanted ?? "as installed";
  const built = kernelsOf(actual).filter((version) => isOther(version, wanted));
  const changes = built.length === 0 ? [] : [change("built", { before: built[0] ?? null, after })];
  return isOther(actual.loaded, wanted) || actual.inTheWay.length > 0 ? [...changes, loading(actual, { desired, after })] : changes;
}

// Whatever is there now: it will be another one, and the library, too.
function another(before: string): readonly Change[] {
  const note = "the library changes before it: driver and library do not match until a reboot";
  return [change("built", { before, after: "as installed" }), change("loaded", { before, after: "as installed", risk: "reboot", note })];
}

/** Only a reboot helps: something else has the device, or an older module that programs may use. */
export function needsReboot({ loaded, inTheWay, library, next, running }: KernelModuleActual): boolean {
  return inTheWay.length > 0 || (loaded !== null && isOther(loaded, library ?? next ?? running));
}

// After a reboot it is the next kernel that runs: what the running one lacks does not matter.
function kernelsOf(actual: KernelModuleActual): readonly (string | null)[] {
  return needsReboot(actual) ? [actual.next] : [actual.running, actual.next];
}

function isOther(version: string | null, wanted: string | null): boolean {
  return version === null || (wanted !== null && version !== wanted && version !== "?" && wanted !== "?");
}

function loading(actual: KernelModuleActual, { desired, after }: { readonly desired: KernelModule; readonly after: string }): Change {
  const { loaded, inTheWay, library } = actual;
  const before = inTheWay[0] ?? loaded;
  const risk = needsReboot(actual) ? "reboot" : "none";
  if (inTheWay.length > 0) return change("loaded", { before, after, risk, note: `${inTheWay.join(", ")} has the device until a reboot` });
  if (loaded === null || library === null) return change("loaded", { before, after, risk });
  return change("loaded", { before, after, risk, note: `${desired.library} is ${library}: driver and library do not match until a reboot` });
}
