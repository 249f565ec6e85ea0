// Notifications over a real receiver on this machine, and what is remembered between checks.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DriftItem, DriftReport } from "../../src/model/drift.ts";
import { newsOf, noMemory, readMemory, remember, withSince } from "../../src/report/drift-status.ts";
import { newsText, tell, type Ways } from "../../src/report/notify.ts";
import { mailTarget, shownTarget, urlTarget } from "../../src/report/notify-target.ts";

const received: { path: string; body: string; title: unknown }[] = [];
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => (body += chunk));
  request.on("end", () => {
    received.push({ path: request.url ?? "", body, title: request.headers["title"] });
    response.writeHead(request.url === "/refuses" ? 500 : request.url === "/moved" ? 302 : 200, { location: "http://192.0.2.1/" }).end();
  });
});
let base = "";
beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const item = (status: DriftItem["status"], address = "a/one/file:/x"): DriftItem => ({
  address,
  host: "a",
  status,
  properties: [],
  recordedAt: "2026-11-21T10:00:00.000Z",
});
const reportAt = (created: string, ...items: readonly DriftItem[]): DriftReport => ({ format: 1, created, items, unreachable: [] });
const ways: Ways = { fetch, sendmail: async () => {} };

describe("telling", () => {
  const news = newsText(reportAt("2026-11-21T12:00:00.000Z", item("drifted", "a/one/file:/x\nBcc: all@example.org")), { some: "data" });
  test("a webhook gets JSON, a topic gets text", async () => {
    await tell(urlTarget(`${base}/hook?k=v`), news, ways);
    await tell(urlTarget(`ntfy+${base}/topic`), news, ways);
    expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({ format: 1, drift: { some: "data" } });
    expect(received[1]).toMatchObject({
      path: "/topic",
      title: "hlx: 1 not as they should be, 0 unreachable",
      body: expect.stringContaining("drifted  a/one/file:/x?Bcc"),
    });
  });
  test.each(["/refuses", "/moved"])("sec/27 %s is an error without the URL's secrets", async (path) => {
    const told = tell(urlTarget(`${base}${path}`), news, ways);
    await expect(told).rejects.toThrow(/^telling webhook http:\/\/127\.0\.0\.1:\d+\/…: /);
  });
  test("mail: nothing that a host says becomes a header", async () => {
    const messages: string[] = [];
    await tell(mailTarget("me@example.org"), news, { fetch, sendmail: async (text) => void messages.push(text) });
    const [head = "", body = ""] = (messages[0] ?? "").split("\n\n");
    expect(head.split("\n").map((line) => line.split(":")[0])).toEqual([
      "To",
      "Subject",
      "MIME-Version",
      "Content-Type",
      "Content-Transfer-Encoding",
      "Auto-Submitted",
    ]);
    expect(body).toContain("?Bcc");
  });
  test.each(["http://example.org/x", "http://127.0.0.1.evil.example/", "file:///etc/passwd", "nonsense"])("%s is refused", (url) =>
    expect(() => urlTarget(url)).toThrow(/^--notify: /),
  );
  test("what is shown of a target has no secrets", () =>
    expect(shownTarget(urlTarget("ntfy+https://me:pw@ntfy.sh/topic?auth=x"))).toBe("ntfy https://ntfy.sh/…"));
});

describe("memory", () => {
  test("since: between the last clean check and the first that was not, and it stays", () => {
    const clean = remember(withSince(reportAt("2026-11-21T11:00:00.000Z", item("converged")), noMemory), noMemory);
    const first = withSince(reportAt("2026-11-21T11:15:00.000Z", item("drifted")), clean);
    const since = { after: "2026-11-21T11:00:00.000Z", before: "2026-11-21T11:15:00.000Z" };
    expect(first.items[0]?.since).toEqual(since);
    const second = withSince(reportAt("2026-11-21T11:30:00.000Z", item("drifted")), remember(first, clean));
    expect(second.items[0]?.since).toEqual(since);
  });
  test("without a check in between it is since it was recorded; a later apply begins anew", () => {
    const first = withSince(reportAt("2026-11-21T11:15:00.000Z", item("both")), noMemory);
    expect(first.items[0]?.since?.after).toBe("2026-11-21T10:00:00.000Z");
    const later = { ...item("drifted"), recordedAt: "2026-11-21T13:00:00.000Z" };
    const second = withSince(reportAt("2026-11-21T14:00:00.000Z", later), remember(first, noMemory));
    expect(second.items[0]?.since?.after).toBe("2026-11-21T13:00:00.000Z");
  });
  test("news is another status, not another time", () => {
    const [one, two] = [reportAt("1", item("drifted")), reportAt("2", item("drifted"))];
    expect([newsOf(one) === newsOf(two), newsOf(reportAt("3", item("both"))) === newsOf(one), newsOf(reportAt("4", item("converged")))]).toEqual([
      true,
      false,
      "",
    ]);
  });
  test.each(["", "{", "[]", '{"format":2}'])("%j is no memory", (text) => expect(readMemory(text)).toEqual(noMemory));
});
