// The registry of commands: one line each; a command is loaded when it is asked for.
import type { Command, CommandLine } from "./command.ts";

export const commands: readonly CommandLine[] = [
  { name: "plan", summary: "show what would change, in dependency order, with diffs", load: async () => (await import("./commands/plan.ts")).plan },
  { name: "apply", summary: "plan, ask, do, verify", load: async () => (await import("./commands/apply.ts")).apply },
  { name: "drift", summary: "show what somebody else changed since the last apply", load: async () => (await import("./commands/drift.ts")).drift },
  {
    name: "schedule",
    summary: "drift checks as systemd timers: install, list, run, remove",
    load: async () => (await import("./commands/schedule.ts")).schedule,
  },
  { name: "validate", summary: "find what is wrong without connecting to any host", load: async () => (await import("./commands/validate.ts")).validate },
  { name: "inventory", summary: "show hosts, groups and where each value comes from", load: async () => (await import("./commands/inventory.ts")).inventory },
  { name: "graph", summary: "show which role waits for which: text, dot, mermaid", load: async () => (await import("./commands/graph.ts")).graph },
  {
    name: "images",
    summary: "which images run by which tags; --bump takes what registries have now",
    load: async () => (await import("./commands/images.ts")).images,
  },
  { name: "status", summary: "ask the checks of roles and hosts: do the services answer?", load: async () => (await import("./commands/status.ts")).status },
  { name: "facts", summary: "show what hosts say about themselves", load: async () => (await import("./commands/facts.ts")).facts },
  { name: "ping", summary: "log in to hosts and become root, no more", load: async () => (await import("./commands/ping.ts")).ping },
  { name: "doctor", summary: "find what is wrong with hosts, and what mends it", load: async () => (await import("./commands/doctor.ts")).doctor },
  { name: "exec", summary: "run one command on hosts", load: async () => (await import("./commands/exec.ts")).exec },
  { name: "trust", summary: "show hosts' keys and write them down", load: async () => (await import("./commands/trust.ts")).trust },
  { name: "show", summary: "show a saved plan, or a run", load: async () => (await import("./commands/show.ts")).show },
  { name: "history", summary: "list the runs so far", load: async () => (await import("./commands/history.ts")).history },
  { name: "resume", summary: "go on where a run stopped", load: async () => (await import("./commands/resume.ts")).resume },
  { name: "rollback", summary: "a plan towards what was there before a run", load: async () => (await import("./commands/rollback.ts")).rollback },
  {
    name: "destroy",
    summary: "remove what hlx made, wanted or not",
    load: async () => (await import("./commands/destroy.ts")).destroy,
  },
  {
    name: "adopt",
    summary: "take over a guest that somebody else made",
    load: async () => (await import("./commands/adopt.ts")).adopt,
  },
  { name: "state", summary: "what was recorded: list, show, forget; unlock a host", load: async () => (await import("./commands/state.ts")).state },
  {
    name: "secrets",
    summary: "the encrypted secrets file: init, list, get, set, edit, rotate, rekey",
    load: async () => (await import("./commands/secrets.ts")).secrets,
  },
  { name: "lab", summary: "a disposable twin of the inventory in containers", load: async () => (await import("./commands/lab.ts")).lab },
  { name: "rehearse", summary: "apply everything to a twin, twice, and remove it", load: async () => (await import("./commands/rehearse.ts")).rehearse },
  { name: "import", summary: "what there is already, as inventory and playbook", load: async () => (await import("./commands/import.ts")).importCommand },
  { name: "init", summary: "write a first project", load: async () => (await import("./commands/init.ts")).init },
  { name: "schema", summary: "the JSON Schemas of inventory and playbook, for editors", load: async () => (await import("./commands/schema.ts")).schema },
  { name: "doc", summary: "the reference page of a role, a kind or a command", load: async () => (await import("./commands/doc.ts")).doc },
  { name: "completion", summary: "completion of words for bash, zsh and fish", load: async () => (await import("./commands/completion.ts")).completion },
];

/** Every command with all that it says of itself: for the reference pages and completion. */
export async function describeCommands(): Promise<readonly (Pick<CommandLine, "name" | "summary"> & Omit<Command, "run">)[]> {
  return Promise.all(
    commands.map(async ({ name, summary, load }) => {
      const { args, about, options, examples } = await load();
      return { name, summary, args, about, options, examples };
    }),
  );
}
