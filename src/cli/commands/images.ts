// hlx images: tags of container images, and what they stand for.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { choosing, connecting, extraVars, json, playing, reading, saying } from "../options.ts";

export const images: Command = {
  args: ["[inventory]"],
  about:
    "Shows what the tags of images in stacks and containers stand for: in hlx.lock, and in their registries, which the hosts' own engines ask. Changes nothing on any host.\nWith --bump what the registries have is written to hlx.lock: the next plan shows what is made anew.",
  options: [
    { flags: "--bump", summary: "write to hlx.lock what the registries have" },
    { flags: "--image <glob>", summary: "only these images: '*/grafana:*'; repeatable", many: true },
    ...reading,
    ...choosing,
    ...playing.filter(({ flags }) => !flags.startsWith("-w")),
    extraVars,
    json,
    ...connecting,
    ...saying,
  ],
  examples: [
    { run: "hlx images", note: "a table: image, locked, in the registry" },
    { run: "hlx images --bump --image 'grafana/*'", note: "then: hlx plan" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const { imagesNow } = await import("../run/images-now.ts");
  return imagesNow(context);
}
