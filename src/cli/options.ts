// Options that several commands share, each described once.
import type { OptionSpec } from "./command.ts";

export const saying: readonly OptionSpec[] = [
  { flags: "-v, --verbose", summary: "say more: each step (-v), connections (-vv)", count: true },
  { flags: "--no-color", summary: "no colours (NO_COLOR does the same)" },
  { flags: "-h, --help", summary: "this help" },
];

export const json: OptionSpec = { flags: "--json", summary: 'one JSON document on standard output ("format": 1), and nothing else there' };

export const reading: readonly OptionSpec[] = [
  { flags: "-i, --inventory <file>", summary: "an inventory file or folder (default: inventory.yaml); Ansible's too, those repeatable", many: true },
  { flags: "--vault-password-file <file>", summary: "opens ansible-vault's values in an inventory; repeatable", many: true },
  { flags: "--vault-id <id@file>", summary: "the same with a label; id@prompt asks", many: true },
  { flags: "-J, --ask-vault-pass", summary: "ask once for the vault password" },
];

export const extraVars: OptionSpec = {
  flags: "-e, --extra-vars <k=v>",
  summary: "strongest variables: key=value, a JSON object, or @file (YAML or JSON); repeatable",
  many: true,
};

export const choosing: readonly OptionSpec[] = [
  { flags: "-l, --limit <pattern>", summary: "only these hosts: web:&prod:!db1, globs, ~regex, web[0:2], @file" },
];

export const playing: readonly OptionSpec[] = [
  { flags: "-p, --playbook <file>", summary: "the playbook (default: the inventory's, else playbooks/site.yaml)" },
  { flags: "-t, --tags <tags>", summary: "only roles with one of these tags, separated by commas" },
  { flags: "--skip-tags <tags>", summary: "not the roles with one of these tags" },
  { flags: "-w, --with-required", summary: "also the hosts that the chosen ones require something on" },
];

export const connecting: readonly OptionSpec[] = [
  { flags: "-u, --user <name>", summary: "log in as this user, whatever the inventory says" },
  { flags: "-b, --become", summary: "become root after login, whatever the inventory says" },
  { flags: "-k, --ask-pass", summary: "ask once for the login password" },
  { flags: "-K, --ask-become-pass", summary: "ask once for the sudo password" },
  { flags: "--become-password-file <file>", summary: "read the sudo password from the first line of a file" },
  { flags: "--private-key <file>", summary: "log in with this key" },
  { flags: "--accept-new", summary: "write down host keys that are not known yet (changed ones are refused always)" },
  { flags: "-f, --forks <n>", summary: "hosts at once (default: 50)" },
  { flags: "--timeout <seconds>", summary: "for connecting to a host (default: 15)" },
];

export const showing: readonly OptionSpec[] = [
  { flags: "-D, --diff", summary: "show every diff, those of creations too; in a pager ($PAGER, else less) where it is longer than the terminal" },
  { flags: "--no-diff", summary: "one line a resource" },
];

export const listing: readonly OptionSpec[] = [
  { flags: "--list-hosts", summary: "only list the hosts that are meant; connects to none of them" },
  { flags: "--list-tags", summary: "only list the tags of the playbook's plays and roles; connects to no host" },
  { flags: "--syntax-check", summary: "only find what is wrong without connecting, as hlx validate does" },
];

export const recording: readonly OptionSpec[] = [
  { flags: "-q, --quiet", summary: "only what went wrong, and the totals" },
  { flags: "--profile", summary: "say where the time went: by host, the slowest resources, round trips" },
  { flags: "--trace <file>", summary: "write everything that happens as JSON lines to a file" },
];

export const approving: readonly OptionSpec[] = [
  { flags: "-y, --yes", summary: "do not ask; never implies --allow" },
  { flags: "--auto-approve", summary: "the same as --yes" },
  { flags: "--allow <risk>", summary: "allow a risk: reboot, replace, connectivity, data-loss; repeatable", many: true },
  { flags: "--no-restart", summary: "refuse a plan that restarts anything" },
  { flags: "--max-reboots <n>", summary: "refuse a plan that reboots more hosts than this" },
];

export const goingBack: readonly OptionSpec[] = [
  { flags: "--rollback-on-failure", summary: "when a resource or a check fails on a host, take back what this run did there" },
];

export const targeting: readonly OptionSpec[] = [
  { flags: "--target <address>", summary: "only these resources, with what they wait for; globs over addresses, repeatable", many: true },
  { flags: "--exclude <address>", summary: "not these resources; globs over addresses, repeatable", many: true },
  { flags: "--replace <address>", summary: "remove these resources and make them anew (needs --allow replace); globs, repeatable", many: true },
];

/** What is planned, and how it is shown: of plan and apply alike. */
export const planning: readonly OptionSpec[] = [...reading, ...choosing, ...playing, ...targeting, extraVars, ...showing];

export const running: readonly OptionSpec[] = [...listing, ...recording, ...connecting, ...saying];
