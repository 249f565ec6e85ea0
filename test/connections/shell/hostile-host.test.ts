// A host whose other users are hostile, and a host that reboots.
import { chmodSync, chownSync, existsSync, lchownSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Transform } from "node:stream";
import { expect, test } from "vitest";
import type { Transport } from "../../../src/connections/channel.ts";
import type { Write } from "../../../src/model/step.ts";
import { asRoot, freshHost, holder, plain, type Sh, sessionOn, shells, transportFor, writerOn } from "./host.ts";

function write(path: string, content: string): Write {
  return { do: "write", path, content: [content], mode: "0644", owner: "root", group: "root" };
}

test.skipIf(!asRoot)("a folder that somebody else's link stands for is refused; root's own link is followed", async () => {
  const host = freshHost();
  const [etc, theirs, ours] = [join(host, "etc"), join(host, "theirs"), join(host, "ours")];
  mkdirSync(etc);
  symlinkSync(etc, theirs);
  symlinkSync(etc, ours);
  lchownSync(theirs, 1, 1);
  const writer = await writerOn(await sessionOn(host));
  expect(await writer.batch([write(join(theirs, "f"), "x")], plain)).toMatchObject([
    { result: "failed", output: `refused: ${theirs} is a symbolic link of somebody else\n` },
  ]);
  expect(await writer.batch([write(join(ours, "f"), "x")], plain)).toMatchObject([{ result: "done" }]);
  expect(readdirSync(etc)).toEqual(["f"]);
});

test.skipIf(!asRoot)("what a killed run left staged is swept by the next write, and nothing else is", async () => {
  const host = freshHost();
  const etc = join(host, "etc");
  for (const name of [".hlx-0123456789abcdef", ".hlx-short", ".hlx-fedcba9876543210"]) mkdirSync(join(etc, name), { recursive: true });
  writeFileSync(join(etc, ".hlx-0123456789abcdef/secret"), "x");
  chownSync(join(etc, ".hlx-fedcba9876543210"), 1, 1);
  const writer = await writerOn(await sessionOn(host));
  expect(await writer.batch([write(join(etc, "a"), "x"), write(join(etc, "b"), "x")], plain)).toMatchObject([{ result: "done" }, { result: "done" }]);
  expect(readdirSync(etc).toSorted()).toEqual([".hlx-fedcba9876543210", ".hlx-short", "a", "b"]);
});

test.skipIf(!asRoot)("a folder that is swapped for a link in the middle of many writes never lets one escape", async () => {
  const host = freshHost();
  const [home, away, aside] = [join(host, "home"), join(host, "away"), join(host, "aside")];
  mkdirSync(home);
  mkdirSync(away);
  const writer = await writerOn(await sessionOn(host));
  const done = writer.batch(
    Array.from({ length: 150 }, (_, index) => ({ ...write(join(home, "f"), String(index)), owner: "daemon" })),
    plain,
  );
  const swapping = setInterval(() => {
    renameSync(home, aside);
    symlinkSync(away, home);
    lchownSync(home, 1, 1);
    setTimeout(() => {
      renameSync(home, `${home}.link`);
      renameSync(aside, home);
    }, 2);
  }, 15);
  await done;
  clearInterval(swapping);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(readdirSync(away)).toEqual([]);
});

test.skipIf(!asRoot)("readers see the old content or the new, never a mixture", async () => {
  const host = freshHost();
  const path = join(host, "f");
  writeFileSync(path, "a".repeat(30_000));
  const writer = await writerOn(await sessionOn(host));
  let going = true;
  const done = writer
    .batch(
      Array.from({ length: 40 }, (_, index) => write(path, "ab".charAt(index % 2).repeat(30_000))),
      plain,
    )
    .finally(() => {
      going = false;
    });
  const mixed: string[] = [];
  while (going) {
    const content = readFileSync(path, "utf8");
    if (content.length !== 30_000 || new Set(content).size !== 1) mixed.push(content);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await done;
  expect(mixed).toEqual([]);
});

/** A host whose boot id changes once its `systemctl` was called. */
function rebooting(host: string): { readonly sh: Sh; connect(): Promise<Transport>; readonly connects: () => number } {
  const bin = join(host, "bin");
  mkdirSync(bin);
  for (const name of ["systemctl", "reboot"]) {
    writeFileSync(join(bin, name), `#!/bin/sh\n: >"${host}/rebooted"\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const sh: Sh = { ...(shells[0] as Sh), bin: `${bin}:/usr/bin:/bin` };
  const id = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  let connects = 0;
  const renamed = () =>
    new Transform({
      transform: (chunk: Buffer, _, next) =>
        next(null, existsSync(join(host, "rebooted")) ? chunk.toString("latin1").replaceAll(id, id.replaceAll(/[0-9]/g, "0")) : chunk),
    });
  const connect = async () => {
    connects += 1;
    const inner = transportFor(sh);
    return { ...inner, exec: async (command: string) => inner.exec(command).then((channel) => ({ ...channel, stdout: channel.stdout.pipe(renamed()) })) };
  };
  return { sh, connect, connects: () => connects };
}

test.skipIf(!asRoot)("a reboot is done once the host answers with another boot identity, and the lock holds on", async () => {
  const host = freshHost();
  const machine = rebooting(host);
  const session = await sessionOn(host, { sh: machine.sh, connect: machine.connect });
  const writer = await writerOn(session);
  expect(await writer.long({ do: "reboot", deadlineMs: 15_000 }, plain)).toEqual({ result: "done", output: "" });
  expect(machine.connects()).toBeGreaterThan(1);
  expect(await writer.batch([write(join(host, "after"), "x")], plain)).toMatchObject([{ result: "done" }]);
});

test.skipIf(!asRoot)("a host that never comes back is unknown at the deadline", async () => {
  const host = freshHost();
  const machine = rebooting(host);
  writeFileSync(join(host, "bin/systemctl"), "#!/bin/sh\n");
  const writer = await writerOn(await sessionOn(host, { sh: machine.sh, connect: machine.connect }), holder);
  expect(await writer.long({ do: "reboot", deadlineMs: 2500 }, plain)).toMatchObject({
    result: "unknown",
    because: expect.stringContaining("did not come back"),
  });
});
