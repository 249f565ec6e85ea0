// A host whose programs lie: in names, sizes, prompts, escape sequences, endless and dripping output. What it says is data or a problem, in time, and runs nothing.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makePrinter } from "../../../src/cli/printer.ts";
import { problemLines } from "../../../src/cli/views/problem.ts";
import { probe } from "../../../src/engine/probe.ts";
import type { HostSession } from "../../../src/engine/world.ts";
import { gatherFacts } from "../../../src/facts/gather.ts";
import { authorizedKeys, directory, file, group, packages, service, user } from "../../../src/index.ts";
import { ProblemError } from "../../../src/model/problem.ts";
import { kinds } from "../../../src/resources/registry.ts";
import { memoryIo } from "../../cli/memory-io.ts";
import { freshHost, holder, type Sh, sessionOn, shells } from "./host.ts";

const liars =
  "awk base64 cat cut date dpkg-query getent grep head hostname id ls nproc od readlink sed sha256sum sort stat systemctl systemd-detect-virt tail tr uname wc".split(
    " ",
  );

/** What every program of the host does instead; $CANARY is a path that must not come to be. */
const lies: readonly (readonly [name: string, script: string])[] = [
  ["moves the cursor, sets the title, writes to the clipboard", String.raw`printf '\033]0;owned\007\033[2J\033]52;c;ZXZpbA==\007\r\342\200\256ok\n'`],
  ["says what a shell would run", "printf '%s\\n' '$(touch $CANARY)' '`touch $CANARY`' '; touch $CANARY' '| touch $CANARY #'"],
  ["says what a template would run", "printf '%s\\n' '{{ 7*7 }}' '<% evil %>' '__proto__' 'constructor'"],
  ["gives paths that lead elsewhere", "printf '../../../../etc/cron.d/x\\n/etc/passwd\\n-rf\\n'"],
  ["gives sizes that are none", "printf -- '-1 99999999999999999999 1e99 NaN 0x7f\\n'"],
  [
    "imitates frames, and the prompts of sudo and ssh",
    String.raw`i=0; while [ $i -lt 50 ]; do printf '\n%032d 0\n[sudo] password for root: \nEnter passphrase: ' $i; i=$((i+1)); done; printf '\0\377'`,
  ],
  ["prints without an end", "while :; do printf '%1000s\\n' x; done"],
  ["prints one line without an end", "while :; do printf '%1000s' x; done"],
  ["prints a byte now and then", "while :; do printf x; sleep 0.2; done"],
  ["reads what is not meant for it", 'read -r line && printf "%s\\n" "$line" >>"$CANARY"; exit 0'],
  ["kills the shell that called it", "kill -9 $PPID"],
  ["fails with noise", "echo 'Segmentation fault' >&2; exit 139"],
];

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl a@b";
const resources = [
  file({ path: "/etc/hostname", content: "x\n" }),
  directory({ path: "/etc/ssh" }),
  packages(["tree"]),
  service({ unit: "ssh" }),
  user({ name: "root" }),
  group({ name: "adm" }),
  authorizedKeys({ user: "root", keys: [key] }),
];

// A host that never ends is given up at a deadline for each trip: two of its programs are enough.
const few = ["hostname", "stat"];

function lying(script: string): { readonly sh: Sh; readonly host: string; readonly canary: string } {
  const host = freshHost();
  const [bin, canary] = [join(host, "bin"), join(host, "canary")];
  mkdirSync(bin);
  for (const name of /while :/.test(script) ? few : liars) {
    writeFileSync(join(bin, name), `#!/bin/sh\nCANARY=${canary}\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return { sh: { ...(shells[0] as Sh), bin: `${bin}:/usr/bin:/bin` }, host, canary };
}

async function answer<Value>(work: Promise<Value>): Promise<Value | ProblemError> {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof ProblemError) return thrown;
    throw thrown;
  }
}

test.each(lies)("sec/08 sec/46 a host that %s", async (_, script) => {
  const { sh, host, canary } = lying(script);
  const [since, before] = [performance.now(), process.memoryUsage.rss()];
  const session = await answer(sessionOn(host, { sh, readDeadlineMs: 1_500 }));
  const said: unknown[] = [session];
  if (!(session instanceof ProblemError)) {
    const world = { kinds: new Map(kinds.map((kind) => [kind.kind, kind])) };
    const on = { ...session, endpoint: () => expect.unreachable() } as unknown as HostSession;
    said.push(
      await answer(gatherFacts(session.shell)),
      ...(await Promise.all(resources.map((one) => probe(one, { world, session: on })))),
      await answer(session.lock(holder)),
    );
  }
  expect([existsSync(canary) && readFileSync(canary, "utf8"), performance.now() - since < 45_000]).toEqual([false, true]);
  expect(process.memoryUsage.rss() - before).toBeLessThan(400 * 1024 * 1024);
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain("polluted");
  const { io, out } = memoryIo();
  const printer = makePrinter(io, { color: false, redaction: { redact: (text) => text } });
  for (const one of said)
    printer.out(
      problemLines(one instanceof ProblemError ? one.problems : [{ code: "unknown", message: JSON.stringify(one) ?? "" }], {
        paint: (_style, text) => text,
        cwd: "/",
        verbose: true,
      }),
    );
  expect(out()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});
