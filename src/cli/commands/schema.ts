// hlx schema: JSON Schemas for editors.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { saying } from "../options.ts";
import { oneOf } from "../parse/one-of.ts";

export const schema: Command = {
  args: ["<inventory|playbook>"],
  about:
    'Write it to a file and name that in the first line: # yaml-language-server: $schema=inventory.schema.json\nFor secrets, tell the editor of their tag: the setting yaml.customTags is ["!secret scalar"].',
  options: saying,
  examples: [{ run: "hlx schema inventory > inventory.schema.json", note: "completion and errors while typing" }],
  run,
};

async function run({ given, printer }: Context): Promise<Standing> {
  const load = schemas[oneOf(given.args[0] ?? "", ["inventory", "playbook"], "no schema called")];
  const { editorSchema } = await import("../../report/editor-schema.ts");
  printer.document(editorSchema(await load()));
  return {};
}

const schemas: Readonly<Record<"inventory" | "playbook", () => Promise<object>>> = {
  inventory: async () => (await import("../../inventory/schema.ts")).inventorySchema,
  playbook: async () => (await import("../../playbook/schema.ts")).playbookSchema,
};
