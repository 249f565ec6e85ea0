// Which settings of a guest differ, and what each change costs: nothing, or a restart of the guest.
import { type Ahead, type Change, change, type Known, type Risk } from "../../model/kind.ts";
import type { ProxmoxVm } from "./desired.ts";
import type { VmActual } from "./probe.ts";
import { configOf, settingsOf } from "./settings.ts";

/** What a running guest gets at once (observed on PVE 9.2, hotplug network,disk,usb); all else waits for its next start. */
const live = /^(name|description|tags|onboot|startup|balloon|protection|net\d+|ipconfig\d+|ciuser|sshkeys|nameserver|searchdomain)$/;

export function diff(desired: ProxmoxVm, found: Known<VmActual>, _: Ahead): readonly Change[] {
  if (desired.absent === true) return found.found === "absent" ? [] : [gone(desired)];
  if (found.found === "absent") return made(desired);
  const { actual } = found;
  const wanted = settingsOf(configOf(desired), Object.keys(configOf(desired)));
  const differing = Object.keys(wanted).filter((key) => wanted[key] !== actual.settings[key]);
  const settings = differing.map((key) => change(key, { before: actual.settings[key] ?? null, after: wanted[key], ...costOf(key, actual.running) }));
  const waiting = actual.waiting.filter((key) => !differing.includes(key)).map((key) => waits(key, actual));
  return [...settings, ...waiting, ...grown(desired, actual), ...power(desired, actual)];
}

function made(desired: ProxmoxVm): readonly Change[] {
  const { template, image, disk, running } = desired;
  const wanted = settingsOf(configOf(desired), Object.keys(configOf(desired)));
  const origin = template === undefined ? (image ?? "an empty disk") : `${desired.linked === true ? "linked to" : "a copy of"} template ${template}`;
  return [
    change("from", { before: null, after: origin }),
    ...Object.entries(wanted).map(([key, value]) => change(key, { before: null, after: value })),
    change("disk", { before: null, after: `${disk}G` }),
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

function waits(key: string, { settings }: VmActual): Change {
  const value = settings[key];
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
