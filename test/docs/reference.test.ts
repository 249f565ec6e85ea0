// The reference pages are those that the source gives today.
import { describe, expect, test } from "vitest";
import { differing, referencePages } from "../../scripts/docs.ts";
import { commandsPage, kindPage, rolePage } from "../../src/report/reference.ts";

describe("docs/reference", () => {
  test("is what `npm run docs` writes", async () => {
    expect(differing(await referencePages())).toEqual([]);
  });
  test("a page that differs, and one too many, would be seen", async () => {
    const pages = new Map(await referencePages());
    pages.set("commands.md", "other");
    pages.delete("inventory.schema.json");
    expect(differing(pages)).toEqual(["commands.md", "inventory.schema.json"]);
  });
});

const schema = {
  type: "object",
  required: ["a"],
  properties: {
    a: { type: "string", description: "One | two." },
    b: { type: "array", items: { type: "object", properties: { c: { enum: ["x", 1] } } } },
    d: { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }], default: "z" },
  },
} as const;

describe("pages", () => {
  test("a role: params with types, defaults, members of items; what it requires", () => {
    const page = rolePage({ name: "web", summary: "A web server.", params: schema, requires: [{ role: "base" }], declare: () => [] });
    expect(page).toContain("| `a` (required) | string |  | One \\| two. |");
    expect(page).toContain('| `b[].c` | `"x"`, `1` |  |  |');
    expect(page).toContain('| `d` | string or list of string | `"z"` |  |');
    expect(page).toContain("- `base` on the same host");
  });
  test("a kind: what it can", () => {
    const page = kindPage({
      kind: "note",
      summary: "A note.",
      schema,
      via: ["shell"],
      identity: () => "x",
      probe: async () => ({ found: "absent" }),
      diff: () => [],
      steps: () => [],
    });
    expect(page).toContain("looked at through: `shell`");
    expect(page).toContain("cannot be removed by prune");
  });
  test("a command: usage, options, examples", () => {
    const command = {
      name: "plan",
      summary: "show",
      args: ["[inventory]"],
      about: "",
      options: [{ flags: "-l, --limit <p>", summary: "less" }],
      examples: [{ run: "hlx plan", note: "all" }],
    };
    const page = commandsPage([command]);
    for (const piece of ["    hlx plan [inventory] [options]", "| `-l, --limit <p>` | less |", "    hlx plan    # all"]) expect(page).toContain(piece);
  });
});
