// Passwords of an inventory log in where the command line gives none, and are taken out of all that is shown.
import { expect, test } from "vitest";
import type { Context } from "../../../src/cli/command.ts";
import { inventory as command } from "../../../src/cli/commands/inventory.ts";
import { parse } from "../../../src/cli/parse/parse.ts";
import { makePrinter } from "../../../src/cli/printer.ts";
import { credentialsOf } from "../../../src/cli/run/credentials.ts";
import { refuseVaulted } from "../../../src/cli/run/saved.ts";
import { openSecretsOf, secretsOf } from "../../../src/cli/run/secrets.ts";
import { memoryIo } from "../../cli/memory-io.ts";
import { exact } from "../../cli/plans.ts";
import { load } from "./files.ts";

async function open(line: string) {
  const inventory = await load({ h: line });
  const { io } = memoryIo();
  const redaction = { redact: (text: string) => text };
  const context: Context = {
    io,
    redaction,
    given: parse("inventory", command, []),
    printer: makePrinter(io, { color: false, redaction }),
    words: ["inventory"],
  };
  const { redactor, secrets } = openSecretsOf(context, secretsOf(inventory));
  const host = inventory.hosts.get("h");
  if (host === undefined) throw new Error("there is no host h");
  return { host, context, redactor, credentials: credentialsOf(context, { learn: (secret) => redactor.add(secret), secrets }) };
}

test.each([
  ["ansible_password=geheim", "geheim", undefined],
  ["ansible_become_password=wurzel", undefined, "wurzel"],
  ["ansible_user=x", undefined, undefined],
])("%s", async (given, login, become) => {
  const { host, credentials } = await open(`h ${given}\n`);
  expect([await credentials.password("login", host), await credentials.password("become", host)]).toEqual([login, become]);
});

test("a password is redacted before it was asked for", async () => {
  const { redactor } = await open("h ansible_password=geheim\n");
  expect(redactor.redact("it is geheim here")).not.toContain("geheim");
  expect((await open("h v=geheim\n")).redactor.redact("it is geheim here")).toContain("geheim");
});

test("a saved plan carries none: where one is asked for, that is said, and how to give it", async () => {
  const { host, context } = await open("h ansible_become_password=wurzel\n");
  const { secrets } = openSecretsOf(context, { folder: "/lab" });
  await expect(credentialsOf(context, { learn: () => undefined, secrets }).password("become", host)).rejects.toMatchObject({
    problems: [
      {
        code: "missing",
        message: "h: its ansible_become_password stands in the inventory, and a saved plan carries no passwords",
        hint: expect.stringContaining("-K"),
      },
    ],
  });
});

test("a plan is not saved where a value out of a vault would stand in it", () => {
  const values = new Map([
    ["inventory/h/db_pw/0", 'very "geheim"'],
    ["inventory/h/short/0", "root"],
    ["inventory/h/ansible_password", "password of a login"],
  ]);
  const holding = (text: string) => ({ entries: [exact("h", "file:/x", { changes: [], desired: { content: [text] } })] });
  expect(() => refuseVaulted(holding('a very "geheim" thing'), values)).toThrow("h/web/file:/x would hold the encrypted value of db_pw (host h) in the clear");
  for (const harmless of ["root", "password of a login", "geheim"]) refuseVaulted(holding(harmless), values);
});
