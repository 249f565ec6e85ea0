// The stacks of the example: valid without a warning, pinned, watched and limited, with the cards where they belong.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

interface Service {
  readonly image?: string;
  readonly restart?: string;
  readonly healthcheck?: object;
  readonly mem_limit?: string;
  readonly deploy?: object;
}

const services = readdirSync("stacks").flatMap((stack) => {
  const { services: all } = parse(readFileSync(`stacks/${stack}/compose.yaml`, "utf8"), { merge: true }) as {
    readonly services: Readonly<Record<string, Service>>;
  };
  return Object.entries(all).map(([name, service]) => [`${stack}/${name}`, service] as const);
});

test("its playbook is valid, without a warning", () => {
  const bin = new URL("../../bin/hlx.js", import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, "validate", "inventory.example.yaml", "-p", "playbooks/ocean.yaml"], {
    encoding: "utf8",
  });
  expect([status, stdout, stderr]).toEqual([0, expect.stringContaining("Valid."), ""]);
});

describe.each(services)("%s", (_, { image = "", restart, healthcheck, mem_limit }) => {
  test("has a version, a health check and a limit", () => {
    expect(image).toMatch(/:(?!latest$)[^:/]+$/);
    expect([restart, healthcheck, mem_limit]).toEqual(["unless-stopped", expect.anything(), expect.stringMatching(/^\d+[mg]$/)]);
  });
});

test("the graphics card is for those who compute with it", () => {
  const computing = services.filter(([, { deploy }]) => JSON.stringify(deploy ?? {}).includes("nvidia")).map(([name]) => name);
  expect(computing.sort()).toEqual(["ai/comfyui", "ai/llamacpp", "media/plex"]);
});
