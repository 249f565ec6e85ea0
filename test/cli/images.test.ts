// hlx images: what is told of tags, and hostile names in it.
import { expect, test } from "vitest";
import { imageRows, imagesDocument, imagesLines } from "../../src/cli/views/images.ts";

const on = (host: string, image: string, digests: { readonly locked?: string; readonly offered?: string } = {}) => ({
  host,
  address: `${host}/compose/compose.stack:a`,
  image,
  ...digests,
});

const images = [
  on("a", "moved:1", { locked: "sha256:1111111111111111", offered: "sha256:2222222222222222" }),
  on("b", "moved:1", { locked: "sha256:1111111111111111" }),
  on("a", "same:1", { locked: "sha256:3", offered: "sha256:3" }),
  on("a", "new:1", { offered: "sha256:4" }),
  on("a", "silent:1"),
  on("a", "bumped:1", { offered: "sha256:5" }),
];

test("one row an image, with its hosts and what its tag stands for", () => {
  const rows = imageRows(images, new Set(["bumped:1"]));
  expect(rows.map(({ image, state, hosts }) => [image, state, hosts.join()])).toEqual([
    ["bumped:1", "bumped", "a"],
    ["moved:1", "moved", "a,b"],
    ["new:1", "not locked", "a"],
    ["same:1", "locked", "a"],
    ["silent:1", "no answer", "a"],
  ]);
  expect(imagesDocument(rows, [])).toMatchObject({ format: 1, document: "images", images: [{}, { locked: "sha256:1111111111111111" }, {}, {}, {}] });
});

test("a registry that wants a login is told apart from one that does not answer, and what it says is shown once", () => {
  const refused = "the registry ghcr.io wants a login";
  const rows = imageRows([{ ...on("a", "ghcr.io/x:1"), refused }, { ...on("b", "ghcr.io/y:1"), refused }, on("c", "quiet:1")], new Set());
  expect(rows.map(({ state }) => state)).toEqual(["refused", "refused", "no answer"]);
  expect(imagesLines(rows, [], { paint: (_, text) => text }).filter((line) => line === refused)).toHaveLength(1);
  const [known] = imageRows([{ ...on("a", "x:1"), refused }, on("b", "x:1", { offered: "sha256:1" })], new Set());
  expect(known).toEqual({ image: "x:1", hosts: ["a", "b"], offered: "sha256:1", state: "not locked" });
});

test("the screen says what to do next, and shows no control characters", () => {
  const lines = imagesLines(imageRows([...images, on("a", "x\u001b[2J:1")], new Set()), [], { paint: (_, text) => text });
  expect(lines.find((line) => line.startsWith("moved"))).toMatch(/^moved +moved:1 +111111111111 +222222222222 +a, b$/);
  expect(lines.at(-1)).toBe("3 to be written to hlx.lock:  hlx images --bump");
  expect(lines.join("")).not.toContain("\u001b");
  expect(imagesLines([], [], { paint: (_, text) => text })).toEqual(["No images: no stack or container of these hosts names one by a tag."]);
});

test("a host that could not be asked is told, and is no host without images", () => {
  const silent = [{ host: "b\u001b[2J", problem: { code: "unreachable", message: "no route to the host" } as const }];
  const lines = imagesLines([], silent, { paint: (_, text) => text });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\? b.+ {2}could not be asked: no route to the host$/);
  expect(lines.join("")).not.toContain("\u001b");
  expect(imagesDocument([], silent)).toMatchObject({ images: [], unreachable: [{ problem: { message: "no route to the host" } }] });
});
