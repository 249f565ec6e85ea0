// hlx secrets edit: the decrypted text in an editor, in memory, gone afterwards.
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, readFile, statfs } from "node:fs/promises";
import { join } from "node:path";
import { ProblemError } from "../../model/problem.ts";
import { wrongYaml } from "../../secrets/age-file.ts";
import { writeNew } from "../../secrets/write.ts";
import { askYes } from "../ask.ts";
import type { Context } from "../command.ts";
import type { Io } from "../io.ts";
import { visible } from "../views/escape.ts";
import { openFile } from "./secrets-file.ts";

/** Opens $VISUAL or $EDITOR on it. What is no YAML is not saved: it can be mended, or is dropped. */
export async function editSecrets(context: Context): Promise<void> {
  const { io, printer } = context;
  const editor = editorOf(io);
  const opened = await openFile(context);
  const text = await withFolder(io, (folder) => edited(join(folder, "secrets.yaml"), { text: opened.text, editor, context }));
  if (text === undefined || text === opened.text) {
    printer.out(["Nothing was changed."]);
    return;
  }
  await opened.save(text);
  printer.out([`Saved ${visible(opened.file)}.`]);
}

interface Editing {
  readonly text: string;
  readonly editor: readonly string[];
  readonly context: Context;
}

/** The text as it was left; undefined when it was given up. */
async function edited(file: string, { text, editor, context }: Editing): Promise<string | undefined> {
  const { io, printer } = context;
  await writeNew(file, text);
  for (;;) {
    await runEditor([...editor, file], io);
    const left = await readFile(file, "utf8");
    const wrong = await wrongYaml(left);
    if (wrong === undefined) return left;
    printer.err([`not saved: ${wrong}`]);
    if (io.in.isTTY !== true || !(await askYes(io, "Edit it again?"))) return undefined;
  }
}

// Words, never a shell's text: EDITOR="code --wait".
function editorOf({ env }: Io): readonly string[] {
  const words = (env["VISUAL"] || env["EDITOR"] || "vi").split(/\s+/).filter((word) => word !== "");
  return words.length === 0 ? ["vi"] : words;
}

function runEditor([command = "", ...args]: readonly string[], { stop }: Io): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit" });
    const end = (): void => void child.kill();
    stop.addEventListener("abort", end, { once: true });
    const settle = (problem?: ProblemError): void => {
      stop.removeEventListener("abort", end);
      if (stop.aborted) reject(new ProblemError({ code: "interrupted", message: "interrupted while editing: nothing was saved" }));
      else if (problem === undefined) resolve();
      else reject(problem);
    };
    child.once("error", (cause) =>
      settle(new ProblemError({ code: "input", message: `starting the editor ${command}: ${cause.message}`, hint: "set EDITOR", cause })),
    );
    child.once("close", (status) =>
      settle(
        status === 0 ? undefined : new ProblemError({ code: "input", message: `the editor ${command} ended with ${status ?? "a signal"}: nothing was saved` }),
      ),
    );
  });
}

/** A folder (0700) in memory for the work; removed at its end, and at once when hlx is stopped. */
async function withFolder<Result>(io: Io, work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(await inMemory(io), "hlx-edit-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  io.stop.addEventListener("abort", remove, { once: true });
  try {
    return await work(folder);
  } finally {
    io.stop.removeEventListener("abort", remove);
    remove();
  }
}

// Linux: statfs(2), TMPFS_MAGIC and RAMFS_MAGIC.
const memoryTypes = [0x01021994, 0x858458f6];

async function inMemory({ env }: Io): Promise<string> {
  for (const folder of [env["XDG_RUNTIME_DIR"] ?? "", "/dev/shm"]) {
    const type = folder.startsWith("/")
      ? await statfs(folder).then(
          (found) => found.type,
          () => undefined,
        )
      : undefined;
    if (type !== undefined && memoryTypes.includes(type)) return folder;
  }
  throw new ProblemError({
    code: "input",
    message: "editing secrets: neither XDG_RUNTIME_DIR nor /dev/shm is a folder in memory, and nothing is decrypted to a disk",
    hint: "hlx secrets set NAME needs no such folder",
  });
}
