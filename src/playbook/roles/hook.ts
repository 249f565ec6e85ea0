// Lets a role say `import "hlx"`, and be TypeScript, whatever package.json says where it lives.
import { registerHooks } from "node:module";
import { extname } from "node:path";

const own = extname(import.meta.url);
const publicModules: ReadonlyMap<string, string> = new Map([
  ["hlx", new URL(`../../index${own}`, import.meta.url).href],
  ["hlx/testing", new URL(`../../testing/index${own}`, import.meta.url).href],
]);
const trusted = new Set<string>();
let registered = false;

/**
 * From now on, modules beneath this folder (a URL that ends in a slash) are ES modules in TypeScript, and `hlx` is the running hlx.
 * `.ts` is otherwise what the nearest package.json says, and npm init writes "commonjs" there (nodejs.org/api/packages.html#type).
 */
export function trustRoleFolder(folder: string): void {
  trusted.add(folder);
  if (registered) return;
  registered = true;
  registerHooks({
    resolve(specifier, context, next) {
      const running = publicModules.get(specifier);
      if (running !== undefined) return { url: running, shortCircuit: true };
      const resolved = next(specifier, context);
      return isRoleModule(resolved.url) ? { ...resolved, format: "module-typescript" } : resolved;
    },
  });
}

function isRoleModule(url: string): boolean {
  return url.endsWith(".ts") && [...trusted].some((folder) => url.startsWith(folder));
}
