// The things that apply can do, as serialisable data. Kinds make them, connections run them.
import type { Text } from "./text.ts";

/** A constant shell script with its values as `$1…`. The script never holds a value. */
export interface Script {
  readonly script: string;
  readonly args: readonly string[];
}

/** Replace a file's content atomically: staged beside the target with owner and mode set first, checked, then renamed. */
export interface Write {
  readonly do: "write";
  readonly path: string;
  readonly content: Text;
  /** Four octal digits, such as "0644". */
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  /** A command run on the staged file before it replaces the old one; the argument `%s` stands for the staged file's path. */
  readonly validate?: readonly string[];
}

/** A short change: a constant script, in a batch with its neighbours. Exit status 0 is success. */
export interface Run extends Script {
  readonly do: "run";
  /** What is being done, for people: "stop nginx". */
  readonly title: string;
  /** Given to the script on standard input, never in argv. */
  readonly stdin?: Text;
}

/** A long change: runs detached from the connection, its output followed live, its exit status kept on the host. */
export interface Detached extends Script {
  readonly do: "detached";
  readonly title: string;
  readonly stdin?: Text;
  readonly deadlineMs: number;
  /**
   * It may cut off the way in: each look at it is a new login, and makes the file `$hlx_seen` anew. A script that finds none in time takes back what it did;
   * one that found it twice, and removed it in between, knows that its answer got through, too.
   */
  readonly mayCutOff?: true;
}

/** Members that an answer must have, as text; null for one that it must not have. */
export type Until = Readonly<Record<string, string | null>>;

/** One request to an endpoint that is not a shell. */
export interface Api {
  readonly do: "api";
  readonly title: string;
  readonly via: string;
  readonly method: string;
  readonly path: string;
  /** Whom the endpoint is to ask, in its own terms, where it stands for several: a cluster. */
  readonly to?: unknown;
  readonly body?: unknown;
  /** It is a question, asked again until its answer is so. */
  readonly until?: Until;
  /** Where it is refused because what it makes is there already: what must come true instead. */
  readonly otherwise?: { readonly path: string; readonly until: Until };
  /** How long what the request started may take, in milliseconds; the endpoint's own default where it is left out. */
  readonly deadlineMs?: number;
}

/** Reboot the host and wait for a new boot identity. */
export interface Reboot {
  readonly do: "reboot";
  readonly deadlineMs: number;
}

/** A constant script that succeeds (exit 0) when the condition holds; `title` says what is waited for. */
export interface Predicate extends Script {
  readonly title: string;
}

export interface Wait {
  readonly do: "wait";
  readonly until: Predicate;
  readonly deadlineMs: number;
}

/** Do the steps, then check; when a step or the check fails, do `otherwise` and report the failure. */
export interface Guarded {
  readonly do: "guarded";
  readonly steps: readonly (Write | Run)[];
  readonly verify: Predicate;
  readonly otherwise: readonly (Write | Run)[];
  /** Paths put back as they were (content, owner, mode, or absence) before `otherwise` runs. */
  readonly putBack: readonly string[];
}

/** A step on another host of the inventory, under that host's own lock; the kind names the host in `peers`. */
export interface Elsewhere {
  readonly do: "elsewhere";
  readonly host: string;
  readonly step: Run | Detached | Wait;
  /** What it prints, without the newline at its end, is `handed(NAME)` in later steps of the same resource: a secret that is neither shown nor kept. */
  readonly hands?: string;
  /** Done although a step before it failed: it takes something back. */
  readonly always?: true;
}

export type Step = Write | Run | Detached | Api | Reboot | Wait | Guarded | Elsewhere;

/** How one step ended. `output` is what the host printed, at most 64 KiB, unescaped: data, never shown raw. */
export type StepResult =
  | { readonly result: "done"; readonly output: string }
  | { readonly result: "failed"; readonly output: string; readonly exitStatus: number; readonly because: string }
  | { readonly result: "skipped" }
  | { readonly result: "unknown"; readonly because: string };

/** What a step does, in a few words for people. */
export function titleOf(step: Step): string {
  switch (step.do) {
    case "write":
      return `write ${step.path}`;
    case "reboot":
      return "reboot";
    case "wait":
      return `wait until ${step.until.title}`;
    case "elsewhere":
      return `${titleOf(step.step)} (on ${step.host})`;
    case "guarded":
      return `${step.steps.map(titleOf).join(", ")}, then check that ${step.verify.title}`;
    default:
      return step.title;
  }
}
