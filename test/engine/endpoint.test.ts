// A port beside the shell: a kind reads and changes through an endpoint as it does through a shell.
import { describe, expect, test } from "vitest";
import { filled } from "../../src/connections/filled.ts";
import { type AnyKind, absent, change, present } from "../../src/model/kind.ts";
import type { Endpoint, EndpointDriver } from "../../src/model/ports/endpoint.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { Api } from "../../src/model/step.ts";
import { apply, lab, outcomes } from "./lab.ts";

interface Shelf {
  readonly books: Map<string, string>;
  readonly calls: Api[];
  closed: number;
}

interface Book {
  readonly title: string;
  readonly text: string;
}

interface Library {
  book(title: string): Promise<string | undefined>;
}

const bookKind = {
  kind: "book",
  summary: "a book on a shelf behind an API",
  schema: { type: "object" },
  via: ["library"],
  identity: ({ title }: Book) => title,
  probe: async ({ title }: Book, on: { readonly library: Library }) => {
    const text = await on.library.book(title);
    return text === undefined ? absent : present({ text });
  },
  diff: ({ text }: Book, found: { readonly found: string; readonly actual?: { readonly text: string } }) =>
    found.actual?.text === text ? [] : [change("text", { before: found.actual?.text, after: text })],
  steps: ({ title, text }: Book): readonly Api[] => [{ do: "api", title: `put ${title}`, via: "library", method: "PUT", path: `/${title}`, body: { text } }],
} as unknown as AnyKind;

function library(shelf: Shelf): EndpointDriver {
  const endpoint = {
    reader: { book: async (title: string) => shelf.books.get(title) },
    call: async (step: Api) => {
      shelf.calls.push(step);
      shelf.books.set(step.path.slice(1), (step.body as { text: string }).text);
      return { result: "done", output: "" };
    },
    requests: () => shelf.calls.length,
  } as unknown as Endpoint;
  return { port: "library" as never, start: () => ({ of: () => endpoint, close: async () => void shelf.closed++ }) };
}

function book(title: string, text: string): Resource {
  return { kind: "book", desired: { title, text }, id: `book:${title}`, provides: [], traces: [] };
}

function world(books: Readonly<Record<string, string>> = {}) {
  const shelf: Shelf = { books: new Map(Object.entries(books)), calls: [], closed: 0 };
  const inside = lab({ one: [book("a", "1"), book("b", "2")] });
  inside.kinds.set("book", bookKind);
  inside.endpoints.set("library", library(shelf));
  return { inside, shelf };
}

describe("a kind over an endpoint", () => {
  test("is probed, changed and verified through it", async () => {
    const { inside, shelf } = world({ a: "1" });
    expect(outcomes(await apply(inside, ["a/one"]))).toEqual({ "a/one/book:a": "ok", "a/one/book:b": "changed" });
    expect(shelf.calls.map(({ title }) => title)).toEqual(["put b"]);
    expect(outcomes(await apply(inside, ["a/one"]))).toEqual({ "a/one/book:a": "ok", "a/one/book:b": "ok" });
  });
  test("changes nothing once another run took the host over", async () => {
    const { inside, shelf } = world();
    const host = inside.hosts.get("a");
    if (host !== undefined) host.cutAfter = 0;
    expect(outcomes(await apply(inside, ["a/one"]))).not.toContain("changed");
    expect(shelf.calls).toEqual([]);
  });
  test("without a driver is an error of that resource", async () => {
    const { inside } = world();
    inside.endpoints.clear();
    expect(Object.values(outcomes(await apply(inside, ["a/one"])))).not.toContain("changed");
  });
});

describe("filled", () => {
  const reveal = (piece: object) => ("secret" in piece ? `<${String(piece.secret)}>` : "later");
  test.each([
    ["plain", "plain"],
    [{ secret: "x" }, "<x>"],
    [
      { password: { secret: "x" }, list: [1, { secret: "y" }] },
      { password: "<x>", list: [1, "<y>"] },
    ],
    [{ line: { text: ["user:", { secret: "x" }] } }, { line: "user:<x>" }],
    [{ text: ["a", "b"] }, { text: ["a", "b"] }],
    [
      { text: [{ secret: "x" }], more: 1 },
      { text: ["<x>"], more: 1 },
    ],
    [{ address: { ref: "a/vm:1", pointer: "/ip" } }, { address: "later" }],
    [null, null],
  ])("%j is %j", (body, wanted) => expect(filled(body, reveal)).toEqual(wanted));
});
