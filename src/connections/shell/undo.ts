// What a run kept of the files that it replaced: read back for undo.

import { sha256 } from "../../lib/hash.ts";
import type { PreImages } from "../../model/kind.ts";
import type { Read } from "../../model/ports/shell.ts";
import { hostPaths } from "./options.ts";

/** The pre-images of one run by path, asked by its folder's name. Files over 1 MiB and what is no text are left out: nothing could desire them. */
export const undoRead: Read<string, PreImages> = {
  name: "undo",
  args: (folder) => [`${hostPaths.lib}/undo/${folder}`],
  parse: (output, folders) => {
    const [, ...parts] = output.split(/^folder$/m);
    return folders.map((_, index) => preImagesIn(parts[index] ?? ""));
  },
  script: `
for folder in "$@"; do
echo folder
for meta in "$folder"/*.meta; do
  [ -f "$meta" ] || continue
  kept=\${meta%.meta}
  case $(head -n 1 "$meta") in present*) ;; *) continue ;; esac
  [ -f "$kept" ] && [ "$(stat -c %s "$kept")" -le 1048576 ] || continue
  printf 'path %s\\n' "$(tail -n +2 "$meta" | base64 | tr -d '\\n')"
  printf 'content %s\\n' "$(base64 < "$kept" | tr -d '\\n')"
done
done
`,
};

function preImagesIn(output: string): PreImages {
  const images = new Map<string, { readonly sha256: string; readonly content: string }>();
  for (const [, path = "", content = ""] of output.matchAll(/^path (\S*)\ncontent (\S*)$/gm)) {
    const bytes = Buffer.from(content, "base64");
    const text = bytes.toString("utf8");
    if (Buffer.from(text, "utf8").equals(bytes))
      images.set(Buffer.from(path, "base64").toString("utf8").replace(/\n$/, ""), { sha256: sha256(bytes), content: text });
  }
  return images;
}
