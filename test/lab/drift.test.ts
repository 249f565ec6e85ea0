// Drift on real hosts: since when, reports, and systemd's own judgement of the units.
import { chmodSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { calendarsOf, nextRuns } from "../../src/schedule/cron.ts";
import { type Schedule, serviceText, timerText } from "../../src/schedule/units.ts";
import { type LabHost, labHost } from "./hosts.ts";
import { hostLines, type Project, project } from "./project.ts";

let host: LabHost;
let lab: Project;

beforeAll(async () => {
  host = await labHost({ user: "ops" });
  lab = project(
    {
      "inventory.yaml": `format: 1\nplaybook: site.yaml\nhosts:\n${hostLines({ ocean: host })}`,
      "site.yaml": "- hosts: all\n  roles:\n    - note\n",
      "roles/note/role.ts": `import { defineRole, file } from "hlx";
export default defineRole({ name: "note", summary: "One file.", params: { type: "object", additionalProperties: false, properties: {} }, declare: () => [file({ path: "/etc/hlx-note", content: "as it should be\\n" })] });\n`,
    },
    [host],
  );
});

test("clean, then drifted: since when, in reports, told once, and what is in no role", async () => {
  expect(await lab.hlx("apply", "-y")).toMatchObject({ code: 0 });
  expect(await lab.hlx("drift")).toMatchObject({ code: 0 });
  await host.exec(`su ops -c "sudo sh -c 'echo other > /etc/hlx-note'"; until journalctl -q SYSLOG_IDENTIFIER=sudo | grep -q hlx-note; do sleep 0.1; done`);
  const { code, stdout } = await lab.hlx("drift", "--junit", "d.xml", "--html", "d.html", "--prom", "d.prom");
  expect([code, stdout]).toEqual([
    2,
    expect.stringMatching(/drifted +ocean +note\/file:\/etc\/hlx-note +changed between .* UTC and .* UTC, perhaps by ops \(sudo .*hlx-note/),
  ]);
  for (const [file, part] of [
    ["d.xml", 'failures="1"'],
    ["d.html", "<td>drifted</td>"],
    ["d.prom", 'status="drifted"} 1'],
  ] as const)
    expect(lab.read(file)).toContain(part);
  const received: string[] = [];
  const server = createServer((request, response) => {
    request.on("data", (chunk: Buffer) => received.push(chunk.toString()));
    request.on("end", () => response.end());
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const notify = ["--notify", `http://127.0.0.1:${(server.address() as AddressInfo).port}/T0KEN`, "--notify-mail", "me@example.org"];
  lab.write("bin/sendmail", `#!/bin/sh\n{ echo "$*"; cat; } >> ${lab.folder}/mail\n`);
  chmodSync(join(lab.folder, "bin/sendmail"), 0o755);
  const tell = () => lab.start(["drift", ...notify], { env: { PATH: `${lab.folder}/bin:${process.env["PATH"]}` } }).ended;
  expect((await tell()).stdout).not.toContain("T0KEN");
  await tell();
  server.close();
  expect(received).toEqual([expect.stringContaining("note/file:/etc/hlx-note")]);
  expect(lab.read("mail")).toMatch(/^-i -t\nTo: me@example\.org\nSubject: hlx: 1 not as they should be[\s\S]*note\/file:\/etc\/hlx-note/);
  expect(lab.read("mail").match(/^To: /gm)).toHaveLength(1);
  await host.exec(
    "mkdir -p /etc/cron.d; touch /etc/cron.d/stranger; apt-mark manual tzdata; printf '[Service]\\nExecStart=/bin/true\\n[Install]\\nWantedBy=multi-user.target\\n' > /etc/systemd/system/stranger.service; systemctl enable -q stranger",
  );
  const unmanaged = (await lab.hlx("drift", "--unmanaged")).stdout;
  for (const what of ["cron {2}/etc/cron.d/stranger", "package {2}tzdata", "unit {2}stranger.service", "port {2}tcp \\S+:22", "key {2}ops ssh-ed25519"])
    expect(unmanaged).toMatch(new RegExp(`in no role {2}ocean {2}${what}`));
  expect(statSync(join(lab.folder, ".hlx/drift.json")).mode & 0o777).toBe(0o600);
});

describe("systemd", () => {
  const schedule: Schedule = {
    folder: "/srv/my lab %n $HOME",
    argv: ["/bin/echo", "drift", 'a b"c\\d%h$HOME${HOME}e'],
    workingDirectory: "/",
    environment: { PLACE: 'a b"c\\d%h$HOME' },
    environmentFile: "/srv/my lab/%n.env",
    when: { when: "calendar", calendars: calendarsOf("*/15 0 1 * 1") },
    said: "--cron */15 0 1 * 1",
    jitterSeconds: 60,
  };
  test("verifies the units, and runs the words as they are", async () => {
    for (const [name, text] of [
      ["hlx-drift-test.service", serviceText(schedule)],
      ["hlx-drift-test.timer", timerText(schedule)],
    ] as const)
      await host.exec(`echo ${Buffer.from(text).toString("base64")} | base64 -d > /etc/systemd/system/${name}`);
    expect(await host.exec("systemd-analyze verify --man=no hlx-drift-test.service hlx-drift-test.timer 2>&1")).toBe("");
    await host.exec("systemctl daemon-reload && systemctl start hlx-drift-test.service && systemctl start hlx-drift-test.timer");
    expect(await host.exec("journalctl -o cat -u hlx-drift-test.service")).toContain(`drift a b"c\\d%h$HOME\${HOME}e`);
  });
  test.each(["*/15 * * * *", "0 6 * * mon-fri", "5-20/5,59 22 * jan,3 *", "30 4 1,15 * 5", "@weekly", "0 0 29 2 *"])("and croner agree on %s", async (cron) => {
    const from = new Date("2026-11-21T10:00:00Z");
    const said = await Promise.all(
      calendarsOf(cron).map((calendar) => host.exec(`TZ=UTC systemd-analyze calendar --base-time='2026-11-21 10:00:00 UTC' --iterations=5 '${calendar}'`)),
    );
    const times = said.flatMap((text) => [...text.matchAll(/(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/g)].map(([, day, time]) => `${day}T${time}.000Z`));
    const ours = nextRuns(cron, { from, count: 5 }).map((at) => at.toISOString());
    expect([...new Set(times)].sort().slice(0, 5)).toEqual(ours);
  });
});
