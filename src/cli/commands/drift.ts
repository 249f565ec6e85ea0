// hlx drift: what somebody else changed since the last apply.
import type { Command, Context, OptionSpec } from "../command.ts";
import type { Standing } from "../exit.ts";
import { choosing, connecting, extraVars, json, playing, reading, saying } from "../options.ts";

export const notifying: readonly OptionSpec[] = [
  {
    flags: "--notify <url>",
    summary: "tell a webhook (https://…) or a topic (ntfy+https://HOST/TOPIC) when it is not what was told last; repeatable",
    many: true,
  },
  { flags: "--notify-mail <address>", summary: "the same by sendmail; repeatable", many: true },
];

export const healing: readonly OptionSpec[] = [
  { flags: "--heal", summary: "put back what drifted, where that costs no more than a reload; never what is pending" },
  { flags: "--allow <risk>", summary: "--heal: also where it costs this: restart, reboot, replace, connectivity, data-loss; repeatable", many: true },
];

export const drift: Command = {
  args: ["[inventory]"],
  about:
    "Compares three things: what the last apply recorded, what is there, what the roles want.\ndrifted: somebody else changed it. pending: we changed our mind. both: both. Changes nothing; made for schedules.\n--heal mends what only drifted, with what must be loaded after it, as an apply would, recorded as a run; exit 0 when all drift was mended. It asks nobody.",
  options: [
    ...reading,
    ...choosing,
    ...playing,
    extraVars,
    json,
    { flags: "--unmanaged", summary: "also show what is in no role: packages, units, ports, keys, cron entries" },
    ...healing,
    { flags: "--junit <file>", summary: "write it as JUnit XML, for CI" },
    { flags: "--html <file>", summary: "write it as one page, for people" },
    { flags: "--prom <file>", summary: "write it for Prometheus (node_exporter's textfile collector)" },
    ...notifying,
    { flags: "--unless-busy", summary: "look at nothing while an apply runs from here" },
    { flags: "--scheduled", summary: "tell whom hlx schedule install was told to tell" },
    ...connecting,
    ...saying,
  ],
  examples: [
    { run: "hlx drift", note: "exit 2 when something drifted" },
    { run: "hlx drift -l web --json", note: "for machines" },
    { run: "hlx drift --heal --allow restart", note: "and put back what was changed by hand" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const { driftNow } = await import("../run/drift-now.ts");
  return driftNow(context);
}
