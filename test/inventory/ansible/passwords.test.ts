// Passwords of an inventory log in where the command line gives none, and are taken out of all that is shown.
import { expect, test } from "vitest";
import type { Context } from "../../../src/cli/command.ts";
import { inventory as command } from "../../../src/cli/commands/inventory.ts";
import { parse } from "../../../src/cli/parse/parse.ts";
import { makePrinter } from "../../../src/cli/printer.ts";
import { credentialsOf } from "../../../src/cli/run/credentials.ts";
import { openSecretsOf, secretsOf } from "../../../src/cli/run/secrets.ts";
import { memoryIo } from "../../cli/memory-io.ts";
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
  return { host, redactor, credentials: credentialsOf(context, { learn: (secret) => redactor.add(secret), secrets }) };
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
