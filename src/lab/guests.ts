// The guests of Proxmox's double as real hosts: one boots when its guest starts, stops when that stops, and is removed with it.

import { semaphore } from "../lib/semaphore.ts";
import { why } from "../lib/why.ts";
import { cloudInitOf, firstStart } from "./cloud-init.ts";
import { type Engine, engineRun, engineTry } from "./engine.ts";
import { type HostSpec, hostKeysOf, listHosts, removeHosts, startHost, waitForHost } from "./hosts.ts";
import type { Double, DoubleGuest } from "./proxmox/double.ts";

export interface GuestsOptions {
  readonly engine: Engine;
  /** The container of a guest, with what it is started with; undefined for one that nobody needs as a host. */
  specOf(id: number): HostSpec | undefined;
  /** Done before anybody can log in: a fence, a marker. The container is called `name` afterwards. */
  prepare?(container: string, name: string): Promise<void>;
  say(line: string): void;
}

export interface Guests {
  /** Starts what runs on the double and not here: behind a pause between two commands. */
  catchUp(): Promise<void>;
  /** Everything that was begun has ended. */
  settled(): Promise<void>;
}

/** More would only slow each other down. */
const bootsAtOnce = 4;

/** From now on the double's guests are hosts. What cannot be started is said, and stays off: who waits for it sees that nothing comes. */
export function bootGuests(double: Double, options: GuestsOptions): Guests {
  const chains = new Map<number, Promise<void>>();
  const slots = semaphore(bootsAtOnce);
  // A guest's changes one after the other; those of others beside them.
  function then(id: number, change: () => Promise<void>): void {
    const done = (chains.get(id) ?? Promise.resolve()).then(() => slots.with(change)).catch((thrown: unknown) => options.say(`guest ${id}: ${why(thrown)}`));
    chains.set(id, done);
  }
  const on = { double, options };
  double.onPower = (id, running) => {
    const [guest, spec] = [double.guests.get(id), options.specOf(id)];
    if (guest === undefined || spec === undefined) return;
    then(id, running ? () => start({ id, guest, spec }, on) : () => stop(spec.name, on));
  };
  double.onGone = (id) => {
    const spec = options.specOf(id);
    if (spec !== undefined) then(id, () => removeHosts(options.engine, [spec.name]));
  };
  return {
    catchUp: async () => {
      for (const [id, { running }] of double.guests) if (running) double.onPower(id, true);
      await Promise.all(chains.values());
    },
    settled: async () => void (await Promise.all(chains.values())),
  };
}

interface On {
  readonly double: Double;
  readonly options: GuestsOptions;
}

interface Starting {
  readonly id: number;
  readonly guest: DoubleGuest;
  readonly spec: HostSpec;
}

async function start({ id, guest, spec }: Starting, { double, options }: On): Promise<void> {
  const { engine } = options;
  const there = (await listHosts(engine)).find(({ name }) => name === spec.name);
  if (there === undefined) await firstBoot(guest, spec, options);
  else if (!there.running) {
    await engineRun(engine, ["start", spec.name]);
    await waitForHost(engine, spec.name);
  }
  double.agents.set(id, { silent: 0, files: filesOf(await hostKeysOf(engine, spec.name)) });
}

// Under another name until all is as it should be: nobody finds it half made.
async function firstBoot(guest: DoubleGuest, spec: HostSpec, { engine, prepare, say }: GuestsOptions): Promise<void> {
  const making = `${spec.name}-making`;
  say(`booting ${spec.name}`);
  await removeHosts(engine, [making]);
  await startHost(engine, { ...spec, name: making, hostname: spec.hostname ?? spec.name });
  await prepare?.(making, spec.name);
  await firstStart(engine, making, cloudInitOf(guest.config));
  await engineRun(engine, ["rename", making, spec.name]);
}

async function stop(name: string, { options: { engine } }: On): Promise<void> {
  await engineTry(engine, ["stop", "-t", "1", name]);
}

// What the agent is asked for: the public host keys, by their type.
function filesOf(keys: readonly string[]): Readonly<Record<string, string>> {
  const named = keys.map((key): readonly [string, string] => [/^(?:ssh-)?(ed25519|rsa|ecdsa)/.exec(key)?.[1] ?? "other", `${key}\n`]);
  return Object.fromEntries(named.map(([type, key]) => [`/etc/ssh/ssh_host_${type}_key.pub`, key]));
}
