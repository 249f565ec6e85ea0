// hlx schedule: drift checks as systemd timers.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { choosing, connecting, playing, reading, saying } from "../options.ts";
import { oneOf } from "../parse/one-of.ts";
import { healing, notifying } from "./drift.ts";

export const schedule: Command = {
  args: ["<install|list|run|remove>", "[inventory]"],
  about:
    "install: a service and a timer of systemd on this machine that run hlx drift: root's in /etc/systemd/system, anybody else's in their own manager. One for each inventory folder; installing again replaces it.\nlist: all of them. run: once, now. remove: gone without a trace. Never two at once; skipped while an apply runs.",
  options: [
    { flags: "--every <span>", summary: "install: 90s, 15m, 2h, 1d" },
    { flags: "--cron <expression>", summary: "install: five fields as in crontab(5)" },
    { flags: "--jitter <span>", summary: "install: up to this much later, by chance (default: a tenth, 5m at most)" },
    { flags: "--junit <file>", summary: "each check writes JUnit XML" },
    { flags: "--html <file>", summary: "each check writes a page" },
    { flags: "--prom <file>", summary: "each check writes text for Prometheus" },
    ...healing,
    ...notifying,
    ...reading.filter(({ flags }) => /--(inventory|vault-password-file)/.test(flags)),
    ...choosing,
    ...playing.filter(({ flags }) => !flags.includes("--with-required")),
    ...connecting.filter(({ flags }) => /--(user|become|become-password-file|private-key|forks|timeout)( |$)/.test(flags)),
    ...saying,
  ],
  examples: [
    { run: "hlx schedule install --every 15m", note: "a check every quarter of an hour" },
    { run: "hlx schedule install --cron '0 6 * * mon-fri' --notify ntfy+https://ntfy.sh/TOPIC", note: "on workdays, and told when something is new" },
    { run: "hlx schedule remove", note: "gone" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const { scheduleActions } = await import("../run/schedule-now.ts");
  return scheduleActions[oneOf(context.given.args[0] ?? "", ["install", "list", "run", "remove"], "unknown action")](context);
}
