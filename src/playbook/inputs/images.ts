// What hlx.lock says that the tags of images stand for.
import { join } from "node:path";
import type { Input } from "../../model/role.ts";
import { openLock } from "./lock.ts";
import type { InputSource } from "./source.ts";

type Images = Extract<Input, { input: "images" }>;

/** What an image's name has before it in hlx.lock; its value there is a digest. */
export const imagePrefix = "image:";

/** Only what `hlx images --bump` wrote: nobody is asked. */
export const imagesSource: InputSource<Images> = {
  input: "images",
  lockedAs: () => undefined,
  resolve: async (_, { inventoryFolder }) => JSON.stringify(openLock(join(inventoryFolder, "hlx.lock")).below(imagePrefix)),
};
