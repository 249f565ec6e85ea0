// The scripts of checks, run by this machine's shells against a server of the test's own, with each of the tools they may find.
import { existsSync, mkdtempSync, symlinkSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { questionOf, wrongIn } from "../../src/engine/checks/ask.ts";
import type { Asking } from "../../src/model/check.ts";
import { localShell } from "../../src/testing/fake-shell.ts";

const coreutils = ["sh", "head", "cat", "printf", "timeout", "grep"];
const where = (name: string): string | undefined => ["/usr/bin", "/bin"].map((folder) => join(folder, name)).find((path) => existsSync(path));

let server: Server;
let port = 0;

beforeAll(async () => {
  server = createServer(({ url, headers }, response) => {
    if (url === "/slow") return;
    response.writeHead(url === "/bad" ? 500 : url === "/moved" ? 302 : 200, { Location: "http://192.0.2.1/" });
    response.end(`ready at ${headers.host}${url}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ({ port } = server.address() as AddressInfo);
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A PATH with coreutils and these tools alone. */
function pathWith(...tools: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "hlx-path-"));
  for (const name of [...coreutils, ...tools]) {
    const path = where(name);
    if (path !== undefined) symlinkSync(path, join(folder, name));
  }
  return folder;
}

async function ask(asking: Asking, PATH: string): Promise<string | undefined> {
  const { shell } = localShell({ argv: ["/bin/sh"], env: { PATH } });
  return wrongIn(asking, await shell.check(questionOf(asking), { deadlineMs: 20_000 }));
}

const http = (path: string): Asking => ({ check: "http", url: `http://127.0.0.1:${port}${path}` });

describe.each(["curl", "wget", "bash"])("http by %s", (tool) => {
  test.skipIf(where(tool) === undefined)("good, bad, moved, with a text, and refused", async () => {
    const PATH = pathWith(tool);
    expect(await ask(http("/x?y=z"), PATH)).toBeUndefined();
    expect(await ask({ ...http("/x"), text: `ready at 127.0.0.1:${port}/x` } as Asking, PATH)).toBeUndefined();
    expect(await ask(http("/bad"), PATH)).toBe("status 500");
    expect(await ask(http("/moved"), PATH)).toBeUndefined();
    expect(await ask({ check: "http", url: "http://127.0.0.1:1/" }, PATH)).toMatch(/refused|[Ff]ailed|[Cc]ould/);
  });
});

describe("without any of them", () => {
  test("what is missing is said", async () => {
    expect(await ask(http("/"), pathWith())).toContain("curl or wget");
  });
  test("a port is looked up by the shell alone", async () => {
    expect(await ask({ check: "tcp", port }, pathWith())).toBeUndefined();
    expect(await ask({ check: "tcp", port: 1 }, pathWith())).toBe("nothing listens on port 1");
  });
  test.skipIf(where("busybox") === undefined)("and by busybox", async () => {
    const { shell } = localShell({ argv: [where("busybox") ?? "", "sh"], env: { PATH: pathWith() } });
    const asking: Asking = { check: "tcp", port };
    expect(wrongIn(asking, await shell.check(questionOf(asking), { deadlineMs: 20_000 }))).toBeUndefined();
  });
});
