// Which settings of a guest differ, and what each change costs: nothing, or a restart of the guest.
import { type Ahead, type Change, change, type Known, type Risk } from "../../model/kind.ts";
import type { ProxmoxVm } from "./desired.ts";
import { drivesOf, leavingOf, partsOf, textOf } from "./drives.ts";
import { haText, haWanted } from "./ha.ts";
import { originOf } from "./origin.ts";
import type { VmActual } from "./probe.ts";
import { wantedOf, withoutOf } from "./settings.ts";

/** What a running guest gets at once (observed on PVE 9.2, hotplug network,disk,usb); all else waits for its next start. */
const live = /^(name|description|tags|onboot|startup|balloon|protection|net\d+|ipconfig\d+|ciuser|sshkeys|nameserver|searchdomain)$/;

export function diff(desired: ProxmoxVm, found: Known<VmActual>, _: Ahead): readonly Change[] {
  if (desired.absent === true) return found.found === "absent" ? [] : [gone(desired)];
  if (found.found === "absent") return made(desired, found);
  const { actual } = found;
  const wanted = wantedOf(desired, actual.settings);
  const keys = [...Object.keys(wanted), ...withoutOf(desired)];
  const differing = keys.filter((key) => wanted[key] !== actual.settings[key]);
  const settings = differing.map((key) => change(key, { before: actual.settings[key] ?? null, after: wanted[key] ?? null, ...costOf(key, actual.running) }));
  const waiting = waitingOf(actual, [...differing, ...driveChanges(desired, actual).map(({ property }) => property)]);
  return [
    ...returns(actual.snapshot),
    ...settings,
    ...waiting,
    ...grown(desired, actual),
    ...driveChanges(desired, actual),
    ...places(desired, actual),
    ...power(desired, actual),
  ];
}

function returns(snapshot: string | undefined): readonly Change[] {
  if (snapshot === undefined) return [];
  const note = "what was written to its disks since is lost; it is stopped for it";
  return [change("disks", { before: "as they are now", after: `as in the snapshot ${snapshot}`, risk: "data-loss", note })];
}

function made(desired: ProxmoxVm, found: Extract<Known<VmActual>, { found: "absent" }>): readonly Change[] {
  const { template, image, disk, running, pool } = desired;
  const copy = `${desired.linked === true ? "linked to" : "a copy of"} template ${template}`;
  const origin = originOf(desired, found).from === "template" ? copy : (image ?? "an empty disk");
  const ha = haWanted(desired);
  return [
    change("from", { before: null, after: origin }),
    ...(desired.to === undefined ? [] : returns("of hlx")),
    ...Object.entries(wantedOf(desired)).map(([key, value]) => change(key, { before: null, after: value })),
    change("disk", { before: null, after: `${disk}G` }),
    ...[...drivesOf(desired)].map(([slot, drive]) => change(slot, { before: null, after: textOf(drive) })),
    ...(pool === undefined ? [] : [change("pool", { before: null, after: pool })]),
    ...(ha === undefined || ha === haText(undefined) ? [] : [change("ha", { before: null, after: ha })]),
    ...(running === true ? [change("running", { before: false, after: true })] : []),
  ];
}

function gone({ id }: ProxmoxVm): Change {
  return change("guest", { before: "present", after: "absent", risk: "data-loss", note: `guest ${id} is stopped and destroyed with its disks` });
}

function costOf(key: string, running: boolean): { readonly risk?: Risk; readonly note?: string } {
  if (!running) return {};
  return live.test(key)
    ? { note: /^(ipconfig|ciuser|sshkeys|nameserver|searchdomain)/.test(key) ? "cloud-init reads it at the next start" : "at once" }
    : restarts;
}

const restarts = { risk: "reboot" as const, note: "the guest is shut down and started" };

function waitingOf(actual: VmActual, differing: readonly string[]): readonly Change[] {
  return actual.waiting.filter((key) => !differing.includes(key) && isNow(key, actual) !== undefined).map((key) => waits(key, actual));
}

function isNow(key: string, { settings, drives = {} }: VmActual): string | undefined {
  return settings[key] ?? drives[key];
}

function waits(key: string, actual: VmActual): Change {
  const value = isNow(key, actual);
  return change(key, { before: `${value} from the next start`, after: value, risk: "reboot", note: "the guest is shut down and started" });
}

function grown({ disk }: ProxmoxVm, actual: VmActual): readonly Change[] {
  if (disk === undefined || actual.disk === undefined || actual.disk >= disk) return [];
  return [change("disk", { before: `${actual.disk}G`, after: `${disk}G`, note: "at once; the file system inside grows at the next start, or by growpart" })];
}

function power({ running }: ProxmoxVm, actual: VmActual): readonly Change[] {
  if (running === undefined || running === actual.running) return [];
  return [change("running", { before: actual.running, after: running, risk: running ? "none" : "restart" })];
}

function driveChanges(desired: ProxmoxVm, { drives: found = {}, running }: VmActual): readonly Change[] {
  const there = [...drivesOf(desired)].flatMap(([slot, drive]) => driveChange(slot, { before: found[slot], after: textOf(drive), running }));
  const leaving = [...leavingOf(desired)].flatMap(([slot, how]) => (found[slot] === undefined ? [] : [leaves(slot, found[slot], how)]));
  return [...there, ...leaving];
}

interface DriveSeen {
  readonly before: string | undefined;
  readonly after: string;
  readonly running: boolean;
}

function driveChange(slot: string, { before, after, running }: DriveSeen): readonly Change[] {
  if (before === after) return [];
  const plugged = before === undefined && /^(scsi|virtio)/.test(slot);
  const onlyGrows = before !== undefined && partsOf(before).options === partsOf(after).options;
  const cost = !running ? {} : plugged || onlyGrows ? { note: "at once" } : restarts;
  return [change(slot, { before: before ?? null, after, ...cost })];
}

function leaves(slot: string, before: string, how: "detached" | "destroyed"): Change {
  return how === "destroyed"
    ? change(slot, { before, after: null, risk: "data-loss", note: "its data is destroyed" })
    : change(slot, { before, after: null, risk: "restart", note: "taken from the guest at once; its data stays, as an unused disk of the guest" });
}

function places(desired: ProxmoxVm, { pool, ha = haText(undefined) }: VmActual): readonly Change[] {
  const wanted = haWanted(desired) ?? ha;
  return [
    ...(desired.pool === undefined || desired.pool === pool ? [] : [change("pool", { before: pool ?? null, after: desired.pool })]),
    ...(wanted === ha ? [] : [change("ha", { before: orNothing(ha), after: orNothing(wanted) })]),
  ];
}

function orNothing(ha: string): string | null {
  return ha === haText(undefined) ? null : ha;
}
