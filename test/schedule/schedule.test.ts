// Schedules: spans, cron expressions as calendar events, and the text of units.
import { describe, expect, test } from "vitest";
import { ProblemError } from "../../src/model/problem.ts";
import { calendarsOf, nextRuns } from "../../src/schedule/cron.ts";
import { secondsOf } from "../../src/schedule/every.ts";
import { readTimer, type Schedule, serviceText, timerText, unitNameOf } from "../../src/schedule/units.ts";

describe("cron as OnCalendar", () => {
  test.each<readonly [string, readonly string[]]>([
    ["* * * * *", ["*-*-* *:*:00"]],
    ["*/15 * * * *", ["*-*-* *:00,15,30,45:00"]],
    ["0 6 * * mon-fri", ["Mon,Tue,Wed,Thu,Fri *-*-* 06:00:00"]],
    ["0 6 * * 0", ["Sun *-*-* 06:00:00"]],
    ["0 6 * * 6,7", ["Sat,Sun *-*-* 06:00:00"]],
    ["5-20/5,59 22 * jan,3 *", ["*-01,03-* 22:05,10,15,20,59:00"]],
    ["0 0 1 * 1", ["*-*-01 00:00:00", "Mon *-*-* 00:00:00"]],
    ["@daily", ["*-*-* 00:00:00"]],
  ])("%s", (cron, calendars) => expect(calendarsOf(cron)).toEqual(calendars));

  test.each<readonly [string, RegExp]>([
    ["0 0 L * *", /"L" is not between 1 and 31/],
    ["0 0 * * 5#2", /cannot say "5#2"/],
    ["0 0 15W * *", /"15W" is not between/],
    ["60 * * * *", /"60" is not between 0 and 59/],
    ["0 0 * * * *", /five fields/],
    ["@reboot", /five fields/],
    ["30-10 * * * *", /means nothing/],
    ["*/0 * * * *", /means nothing/],
    ["0 0 */2 * 1", /different crons/],
    ["0 0 * *", /five fields/],
    ["", /five fields/],
    ["0 0 * * mon\nExecStart=/bin/sh", /five fields|cannot say/],
  ])("refuses %j", (cron, why) => {
    expect(() => calendarsOf(cron)).toThrow(ProblemError);
    expect(() => calendarsOf(cron)).toThrow(why);
  });

  test("next runs", () => {
    const from = new Date(2026, 10, 21, 12, 7);
    expect(nextRuns("*/15 * * * *", { from, count: 2 })).toEqual([new Date(2026, 10, 21, 12, 15), new Date(2026, 10, 21, 12, 30)]);
  });
});

test.each([
  ["90s", 90],
  ["15m", 900],
  ["1d", 86_400],
])("every %s", (text, seconds) => expect(secondsOf(text, { option: "--every", least: 60, most: 86_400 })).toBe(seconds));

test.each(["15", "m", "0m", "1w", "-5m", "2d", "1.5h", ""])("every %j is refused", (text) =>
  expect(() => secondsOf(text, { option: "--every", least: 60, most: 86_400 })).toThrow(ProblemError),
);

const hostile: Schedule = {
  folder: "/srv/my lab %n $HOME\n[Service]\nExecStart=/bin/evil",
  argv: ["/usr/bin/node", "/opt/hlx.js", "drift", "-l", 'a b"c\\d%h$e\nf'],
  workingDirectory: "/srv/my lab %n",
  environment: { HLX_AGE_KEY_FILE: 'a"\n%n$HOME' },
  environmentFile: "/srv/my lab %n/.hlx/schedule.env",
  when: { when: "every", seconds: 900 },
  said: "--every 15m",
  jitterSeconds: 60,
};

describe("units", () => {
  test("are named by the folder", () =>
    expect([unitNameOf("/a"), unitNameOf("/a") === unitNameOf("/b")]).toEqual([expect.stringMatching(/^hlx-drift-[0-9a-f]{12}$/), false]));
  test("no value begins a line of its own", () => {
    expect(serviceText(hostile).match(/^ExecStart=.*$/gm)).toEqual([`ExecStart="/usr/bin/node" "/opt/hlx.js" "drift" "-l" "a b\\"c\\\\d%%h$$e\\x0af"`]);
    expect(serviceText(hostile).match(/^Environment.*$/gm)).toEqual([
      'Environment="HLX_AGE_KEY_FILE=a\\"\\x0a%%n$HOME"',
      "EnvironmentFile=-/srv/my lab %%n/.hlx/schedule.env",
    ]);
    expect(timerText(hostile)).not.toMatch(/^ExecStart/m);
  });
  test("intervals and calendars", () => {
    expect(timerText(hostile)).toContain("OnActiveSec=1min\nOnUnitActiveSec=900s\nRandomizedDelaySec=60s\n");
    const calendars = calendarsOf("0 0 1 * 1");
    expect(timerText({ ...hostile, when: { when: "calendar", calendars } })).toContain(
      "OnCalendar=*-*-01 00:00:00\nOnCalendar=Mon *-*-* 00:00:00\nPersistent=true\n",
    );
  });
  test("a timer tells its folder and schedule again; another's timer does not", () => {
    expect(readTimer(timerText({ ...hostile, folder: "/srv/lab" }))).toEqual({ folder: "/srv/lab", said: "--every 15m" });
    expect(readTimer("[Timer]\nOnCalendar=daily\n")).toBeUndefined();
  });
});
