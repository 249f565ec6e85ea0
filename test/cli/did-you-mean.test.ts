// What is almost right is answered with what was meant, everywhere a name can stand.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import type { Entry } from "../../src/model/plan.ts";
import { targeted } from "../../src/plan/target.ts";
import { memoryIo } from "./memory-io.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-near-"));
writeFileSync(
  join(folder, "inventory.yaml"),
  "format: 1\nplaybook: site.yaml\nhosts: { web1: { address: 127.0.0.1, port: 1 } }\ngroups: { servers: [web1] }\n",
);
writeFileSync(join(folder, "site.yaml"), "- { hosts: all, tags: [early], roles: [base] }\n");
writeFileSync(join(folder, "wrong.yaml"), "- { hosts: all, roles: [bsae] }\n");
writeFileSync(join(folder, "params.yaml"), "- { hosts: all, roles: [base: { timezoen: UTC }] }\n");
writeFileSync(join(folder, "hosts.yaml"), "- { hosts: sevrers, roles: [base] }\n");

async function run(argv: readonly string[]): Promise<{ readonly code: number; readonly err: string }> {
  const { io, err } = memoryIo({ cwd: folder });
  return { code: await main(argv, io), err: err() };
}

test.each<[string, readonly string[], string]>([
  ["a command", ["aply"], "apply"],
  ["a command that help is asked for", ["help", "drfit"], "drift"],
  ["an option", ["plan", "--lmiit", "web1"], "--limit"],
  ["an option with one dash", ["plan", "-tarjet=x"], "--target"],
  ["a risk", ["apply", "-y", "--allow", "rebot"], "reboot"],
  ["a format", ["graph", "--format", "mermiad"], "mermaid"],
  ["a schema", ["schema", "inventry"], "inventory"],
  ["an action of state", ["state", "lst"], "list"],
  ["an action of lab", ["lab", "dwon"], "down"],
  ["a shell", ["completion", "bsah"], "bash"],
  ["a page", ["doc", "servcie"], "service"],
  ["a host", ["plan", "-l", "wbe1"], "web1"],
  ["a group", ["plan", "-l", "sevrers"], "servers"],
  ["the host of hlx inventory", ["inventory", "--host", "wbe1"], "web1"],
  ["a pattern of a command's own", ["exec", "wbe1", "--", "true"], "web1"],
  ["a group of a play", ["validate", "-p", "hosts.yaml"], "servers"],
  ["a role", ["validate", "-p", "wrong.yaml"], "base"],
  ["a param of a role", ["validate", "-p", "params.yaml"], "timezone"],
  ["a tag", ["plan", "-t", "erly"], "early"],
  ["a tag to skip", ["plan", "--skip-tags", "erly"], "early"],
])("%s", async (_, argv, meant) => {
  expect(await run(argv)).toEqual({ code: 1, err: expect.stringContaining(`did you mean "${meant}"?`) });
});

test.each([
  ["web1/base/fiel:/etc/motd", "web1/base/file:/etc/motd"],
  ["wbe1/**", "web1/**"],
  ["web1/bsae", "web1/base"],
])("the address %s: did you mean %s", (target, meant) => {
  const entries = [{ host: "web1", role: "base", address: "web1/base/file:/etc/motd" }] as unknown as readonly Entry[];
  expect(() => targeted(entries, { target: [target], exclude: [] })).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining({ hint: `did you mean "${meant}"?` })] }),
  );
});

test("what is near to nothing gets no guess", async () => {
  expect((await run(["frobnicate"])).err).not.toContain("did you mean");
});
