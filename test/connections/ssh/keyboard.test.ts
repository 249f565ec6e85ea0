// keyboard-interactive: the password where it is asked for, and nothing else to anybody.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import ssh2, { type KeyboardAuthContext } from "ssh2";
import { afterAll, afterEach, expect, test } from "vitest";
import { connectSsh } from "../../../src/connections/ssh/transport.ts";
import { knownHosts, options, problemFrom, targetOn } from "./helpers.ts";
import { folder, keygen, publicKey } from "./sshd.ts";

const home = folder();
const hostKey = keygen(join(home, "host"));
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Asking {
  /** These methods are taken first, as half of the login. */
  readonly half?: "password";
  readonly prompts: readonly { readonly prompt: string; readonly echo: boolean }[];
}

/** A server that asks; `got` are the answers to all questions. */
async function asking({ half, prompts }: Asking): Promise<{ readonly port: number; readonly got: string[] }> {
  const got: string[] = [];
  const server = new ssh2.Server({ hostKeys: [readFileSync(hostKey)] }, (client) => {
    client.on("error", () => undefined);
    client.on("authentication", (context) => {
      if (context.method === half) return context.reject(["keyboard-interactive"], true);
      if (context.method !== "keyboard-interactive") return context.reject([half ?? "keyboard-interactive"]);
      (context as KeyboardAuthContext).prompt([...prompts], (answers) => {
        got.push(...answers);
        if (answers.includes("hunter2")) context.accept();
        else context.reject(["keyboard-interactive"]);
      });
    });
  });
  closers.push(() => server.close());
  const port = await new Promise<number>((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)));
  return { port, got };
}

async function tryToLogIn(port: number): Promise<string> {
  const known = knownHosts(home, [`[127.0.0.1]:${port} ${publicKey(hostKey).split(" ").slice(0, 2).join(" ")}`]);
  return (await problemFrom(connectSsh(targetOn(port, { knownHosts: [known] }), options({ password: async () => "hunter2" })))).message;
}

const hidden = { prompt: "Password: ", echo: false };

test.each<readonly [string, Asking, string]>([
  ["a question that is shown as it is typed", { prompts: [{ prompt: "Your name\u001b[31m? ", echo: true }] }, 'which asked "Your name [31m?"'],
  ["two questions at once", { prompts: [hidden, { prompt: "Code:", echo: false }] }, 'which asked "Password:" and "Code:"'],
  ["the second half of a login, whose first half was the password", { half: "password", prompts: [{ prompt: "Code: ", echo: false }] }, 'which asked "Code:"'],
])("%s gets no password, and is shown", async (_, how, expected) => {
  const { port, got } = await asking(how);
  expect(await tryToLogIn(port)).toContain(expected);
  expect(got.length).toBeGreaterThan(0);
  expect(got.join("")).toBe("");
});

test("the twin: one hidden question gets it, once", async () => {
  const { port, got } = await asking({ prompts: [hidden] });
  await expect(tryToLogIn(port)).rejects.toThrow("expected to be refused");
  expect(got).toEqual(["hunter2"]);
});
