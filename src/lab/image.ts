// The image that lab hosts boot from: a minimal Debian with systemd and sshd, built once and found again by its content.
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sha256 } from "../lib/hash.ts";
import { ProblemError } from "../model/problem.ts";
import { type AptSetup, readAptSetup } from "./apt.ts";
import { type Engine, engineRun, engineTry } from "./engine.ts";
import { installTools, isThere } from "./install.ts";
import { withLock } from "./lock.ts";
import { overlay, packages, setupScript } from "./recipe.ts";
import { run } from "./run.ts";

export interface ImageOptions {
  readonly engine: Engine;
  /** The environment, for proxies and certificates that hosts need too. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  /** Whether packages may be installed on this machine: the builder, where it is missing. */
  readonly install: boolean;
  readonly now: Date;
  say(line: string): void;
}

const suite = "bookworm";
const maxAgeMs = 7 * 24 * 3600_000; // the package lists inside grow stale: mirrors drop what was replaced

/** The image's name; builds it where it is not there or older than a week. Throws ProblemError (missing). */
export async function ensureImage(options: ImageOptions): Promise<string> {
  const apt = await readAptSetup(suite, options.env);
  const content = sha256(JSON.stringify([suite, packages, setupScript, overlay(apt)])).slice(0, 12);
  const image = `hlx-lab:${content}`;
  const { engine, now } = options;
  if (await isFresh(engine, image, now)) return image;
  mkdirSync(engine.folder, { recursive: true });
  return withLock(join(engine.folder, "image.lock"), async () => {
    if (!(await isFresh(engine, image, now))) await build(image, apt, options);
    return image;
  });
}

async function isFresh(engine: Engine, image: string, now: Date): Promise<boolean> {
  const ran = await engineTry(engine, ["image", "inspect", "--format", "{{.Created}}", image]);
  return ran.status === 0 && now.getTime() - Date.parse(ran.stdout.trim()) < maxAgeMs;
}

async function build(image: string, apt: AptSetup, options: ImageOptions): Promise<void> {
  const { engine, say } = options;
  const folder = mkdtempSync(join(engine.folder, "build-"));
  try {
    writeOverlay(join(folder, "overlay"), apt);
    const local = await hasBuilder(options);
    say(`building the hosts' image ${image} ${local ? "with mmdebstrap" : "from debian:12"} (once, about half a minute)`);
    await (local ? bootstrap(image, folder, { options, apt }) : fromDebian(image, folder, engine));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function hasBuilder(options: ImageOptions): Promise<boolean> {
  const { env, install, uid } = options;
  if (uid === 0 && install && (await isThere("apt-get", env))) await installTools(options, ["mmdebstrap"]);
  return uid === 0 && (await isThere("mmdebstrap", env));
}

function writeOverlay(folder: string, apt: AptSetup): void {
  for (const [path, content] of Object.entries({ ...overlay(apt), "/hlx-lab-setup": setupScript })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content, { mode: 0o644 });
  }
}

interface Bootstrapping {
  readonly options: ImageOptions;
  readonly apt: AptSetup;
}

async function bootstrap(image: string, folder: string, { options: { engine, env }, apt }: Bootstrapping): Promise<void> {
  const tar = join(folder, "root.tar");
  const args = [
    "mmdebstrap",
    "--quiet",
    "--variant=minbase",
    `--include=${packages.join(",")}`,
    "--skip=cleanup/apt/lists",
    `--customize-hook=sync-in ${join(folder, "overlay")} /`,
    '--customize-hook=chroot "$1" sh /hlx-lab-setup',
    suite,
    tar,
    "-",
  ];
  const ran = await run(args, { env, stdin: apt.sources, deadlineMs: 900_000 });
  if (ran.status !== 0 || !existsSync(tar)) throw notBuilt("mmdebstrap", ran.stderr);
  await engineRun(engine, ["import", "-c", 'CMD ["/sbin/init"]', "-c", "LABEL hlx.lab=image", tar, image]);
}

const dockerfile = `FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends ${packages.join(" ")}
COPY overlay/ /
RUN sh /hlx-lab-setup && apt-get update
LABEL hlx.lab=image
CMD ["/sbin/init"]
`;

async function fromDebian(image: string, folder: string, engine: Engine): Promise<void> {
  const context = join(folder, "context");
  cpSync(join(folder, "overlay"), join(context, "overlay"), { recursive: true });
  writeFileSync(join(context, "Dockerfile"), dockerfile);
  const ran = await engineTry(engine, ["build", "-t", image, context]);
  if (ran.status !== 0) throw notBuilt(`${engine.command} build`, ran.stderr);
}

function notBuilt(by: string, said: string): ProblemError {
  const hint = "it needs a Debian mirror (or a registry with debian:12): check the network, proxies and certificates";
  return new ProblemError({ code: "missing", message: `the lab's image could not be built: ${by} said: ${said.trim().slice(-800)}`, hint });
}
