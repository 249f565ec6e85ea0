// A lab host: a container in which systemd is PID 1 and sshd answers.
import { setTimeout as sleep } from "node:timers/promises";
import { ProblemError } from "../model/problem.ts";
import { type Engine, engineRun, engineTry, ownLabel } from "./engine.ts";

export interface HostSpec {
  /** The container's name. */
  readonly name: string;
  readonly image: string;
  /** More labels; `hlx.lab=host` is always there. */
  readonly labels: Readonly<Record<string, string>>;
  /** What it calls itself; default is the container's name. */
  readonly hostname?: string;
  /** The engine's network; default is its own bridge. */
  readonly network?: string;
  /** A port of 127.0.0.1 that leads to its sshd; without it no port is published. */
  readonly sshPort?: number;
  /** Can run a Docker engine inside. */
  readonly containers?: boolean;
  /** More flags of `docker run`. */
  readonly extra?: readonly string[];
}

// --privileged may be refused; with these systemd, sshd, apt and network roles work.
const capabilities = (
  "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE NET_RAW NET_ADMIN " +
  "SYS_CHROOT SYS_ADMIN SYS_PTRACE MKNOD AUDIT_WRITE SETFCAP SYS_NICE SYS_TIME IPC_LOCK LINUX_IMMUTABLE"
).split(" ");

// PID 1 has reached its end of the boot, and sshd -i could be spawned.
const isUp = `case "$(systemctl is-system-running)" in running|degraded) ;; *) exit 1 ;; esac
test -d /run/sshd && test -s /etc/ssh/ssh_host_ed25519_key.pub && /usr/sbin/sshd -t`;

/** Starts it and waits until it is up; a container of that name must not be there. Throws ProblemError (failed) with what its systemd said. */
export async function startHost(engine: Engine, spec: HostSpec): Promise<void> {
  await engineRun(engine, hostArgs(spec));
  await waitForHost(engine, spec.name);
}

/** Waits until a started (or rebooting) host is up; at most 60 s. Throws ProblemError (failed). */
export async function waitForHost(engine: Engine, name: string): Promise<void> {
  for (const started = Date.now(); Date.now() - started < 60_000; await sleep(150)) {
    if ((await engineTry(engine, ["exec", name, "sh", "-c", isUp])).status === 0) return;
  }
  const [logs, failed] = await Promise.all([
    engineTry(engine, ["logs", "--tail", "20", name]),
    engineTry(engine, ["exec", name, "systemctl", "--no-pager", "--state=failed,activating", "list-units"]),
  ]);
  const said = `${logs.stdout}${logs.stderr}${failed.stdout}${failed.stderr}`.trim().slice(-800);
  const hint = "too few inotify instances end a boot without a word: sysctl -w fs.inotify.max_user_instances=1024";
  throw new ProblemError({ code: "failed", message: `the lab host ${name} did not boot within 60 s: ${said}`, hint });
}

/** Removes containers of hlx with their volumes; one that is not there is fine, one without hlx's label is left alone. */
export async function removeHosts(engine: Engine, names: readonly string[]): Promise<void> {
  const own = new Set((await listHosts(engine)).map((host) => host.name));
  const there = names.filter((name) => own.has(name));
  if (there.length > 0) await engineRun(engine, ["rm", "-f", "-v", ...there]);
}

export interface ListedHost {
  readonly name: string;
  readonly running: boolean;
}

/** Containers of hlx, those that do not run too, with all these further labels (`name=value`). */
export async function listHosts(engine: Engine, labels: readonly string[] = []): Promise<readonly ListedHost[]> {
  const filters = [`${ownLabel}=host`, ...labels].flatMap((label) => ["--filter", `label=${label}`]);
  const listed = await engineRun(engine, ["ps", "-a", ...filters, "--format", "{{.Names}}\t{{.State}}"]);
  return listed
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"))
    .map(([name = "", state]) => ({ name, running: state === "running" }));
}

/** Its public host keys, one `TYPE BASE64` each. */
export async function hostKeysOf(engine: Engine, name: string): Promise<readonly string[]> {
  const printed = await engineRun(engine, ["exec", name, "sh", "-c", "cat /etc/ssh/ssh_host_*_key.pub"]);
  return printed
    .trim()
    .split("\n")
    .map((line) => line.split(" ").slice(0, 2).join(" "));
}

/** Lines for a known_hosts file, under the given name: `ship` or `[127.0.0.1]:4022`. */
export async function knownHostsOf(engine: Engine, container: string, name: string): Promise<string> {
  const keys = await hostKeysOf(engine, container);
  return keys.map((key) => `${name} ${key}\n`).join("");
}

function hostArgs(spec: HostSpec): readonly string[] {
  return [
    ...["run", "--detach", "--name", spec.name, "--hostname", spec.hostname ?? spec.name],
    // A container whose PID 1 ends at a reboot comes up again only with a restart policy.
    ...["--restart", "always", "--stop-signal", "SIGRTMIN+3"],
    ...["--label", `${ownLabel}=host`, ...Object.entries(spec.labels).flatMap(([key, value]) => ["--label", `${key}=${value}`])],
    ...["--cap-drop", "ALL", ...capabilities.flatMap((name) => ["--cap-add", name])],
    ...["--security-opt", "seccomp=unconfined", "--tmpfs", "/run", "--tmpfs", "/run/lock", "--tmpfs", "/tmp", "--env", "container=docker"],
    ...(spec.containers === true ? dockerInside : ["--cgroupns=private"]),
    ...(spec.network === undefined ? [] : ["--network", spec.network]),
    ...(spec.sshPort === undefined ? [] : ["--publish", `127.0.0.1:${spec.sshPort}:22`]),
    ...(spec.extra ?? []),
    spec.image,
  ];
}

const dockerInside = ["--cgroupns=host", "--volume", "/sys/fs/cgroup:/sys/fs/cgroup:rw", "--volume", "/var/lib/docker", "--device", "/dev/fuse"];
