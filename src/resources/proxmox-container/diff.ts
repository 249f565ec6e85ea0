// Which settings of a container differ, and what each change costs: nothing, or a restart of the container.
import { type Ahead, type Change, change, type Known } from "../../model/kind.ts";
import type { ProxmoxContainer } from "./desired.ts";
import { mountText, placedIn } from "./mounts.ts";
import type { ContainerActual } from "./probe.ts";
import { wantedOf } from "./settings.ts";

/** What a running container gets at once (PVE::LXC::Config, vmconfig_hotplug_pending, 9.x); all else waits for its next start. */
const live = /^(description|onboot|startup|protection|hostname|cores|tags|memory|swap|net\d+)$/;
const restarts = { risk: "reboot", note: "the container is shut down and started" } as const;

export function diff(desired: ProxmoxContainer, found: Known<ContainerActual>, _: Ahead): readonly Change[] {
  if (desired.absent === true) return found.found === "absent" ? [] : [gone(desired)];
  if (found.found === "absent") return made(desired);
  const { actual } = found;
  const wanted = wantedOf(desired, actual.settings);
  const differing = Object.keys(wanted).filter((key) => wanted[key] !== (actual.settings[key] ?? ""));
  const settings = differing.map((key) => change(key, { before: actual.settings[key] ?? null, after: wanted[key], ...costOf(key, actual.running) }));
  const mounts = mountChanges(desired, actual);
  const named = [...differing, ...mounts.map(({ property }) => property)];
  const waiting = actual.waiting.filter((key) => !named.includes(key)).map((key) => waits(key, actual));
  return [...settings, ...waiting, ...grown(desired, actual), ...mounts, ...pooled(desired, actual), ...power(desired, actual)];
}

function made(desired: ProxmoxContainer): readonly Change[] {
  const { ostemplate, disk, running, pool } = desired;
  return [
    change("from", { before: null, after: ostemplate }),
    ...Object.entries(wantedOf(desired)).map(([key, value]) => change(key, { before: null, after: value })),
    change("disk", { before: null, after: `${disk}G` }),
    ...placedIn({}, desired).map((one) => change(one.name, { before: null, after: mountText(one) })),
    ...(pool === undefined ? [] : [change("pool", { before: null, after: pool })]),
    ...(running === undefined ? [] : [change("running", { before: null, after: running })]),
  ];
}

function gone({ id }: ProxmoxContainer): Change {
  return change("container", { before: "present", after: "absent", risk: "data-loss", note: `container ${id} is stopped and destroyed with its file systems` });
}

function costOf(key: string, running: boolean) {
  if (!running) return {};
  if (key === "hostname") return { note: "inside from its next start" };
  return live.test(key) ? { note: "at once" } : restarts;
}

function waits(key: string, { settings, mounts }: ContainerActual): Change {
  const value = settings[key] ?? mounts[key];
  return change(key, { before: `${value} from the next start`, after: value, ...restarts });
}

function grown({ disk }: ProxmoxContainer, { disk: has }: ContainerActual): readonly Change[] {
  return disk === undefined || has === undefined || has >= disk
    ? []
    : [change("disk", { before: `${has}G`, after: `${disk}G`, note: "at once, with its file system" })];
}

// A new one is plugged in; one that is there is not moved while it is in use.
function mountChanges(desired: ProxmoxContainer, { mounts: found, running }: ContainerActual): readonly Change[] {
  return placedIn({}, desired).flatMap((one) => {
    const [before, after] = [found[one.name], mountText(one)];
    if (before === after) return [];
    const grows = before !== undefined && before.replace(/^\S+/, "") === after.replace(/^\S+/, "");
    return [change(one.name, { before: before ?? null, after, ...(!running ? {} : before === undefined || grows ? { note: "at once" } : restarts) })];
  });
}

function pooled({ pool }: ProxmoxContainer, { pool: has }: ContainerActual): readonly Change[] {
  return pool === undefined || pool === has ? [] : [change("pool", { before: has ?? null, after: pool })];
}

function power({ running }: ProxmoxContainer, { running: is }: ContainerActual): readonly Change[] {
  return running === undefined || running === is ? [] : [change("running", { before: is, after: running, risk: running ? "none" : "restart" })];
}
