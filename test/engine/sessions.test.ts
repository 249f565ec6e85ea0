// Which hosts may be looked at from outside: a twin never, for what makes the real one is real.
import { expect, test } from "vitest";
import type { Host } from "../../src/model/host.ts";
import { lab } from "./lab.ts";

function outsideOf(login: object) {
  const asked: string[] = [];
  const world = lab({}, ["a"]);
  const of = ({ name }: Host) => {
    asked.push(name);
    return { reader: {}, call: async () => undefined, requests: () => 0 };
  };
  world.endpoints.set("cluster", { port: "cluster", start: () => ({ of, close: async () => undefined }) } as never);
  const host = { name: "a", login: { connection: "memory", address: "memory", become: false, ...login } } as unknown as Host;
  return { asked, session: world.world().sessions.outside(host) };
}

test("the maker of a host is asked without its shell", async () => {
  const { session, asked } = outsideOf({});
  session.endpoint("cluster" as never);
  expect(asked).toEqual(["a"]);
  await expect(session.lock({} as never)).rejects.toThrow("nothing may ask its shell");
});

test("a twin's is not asked at all", () => {
  const { session, asked } = outsideOf({ twin: "t" });
  expect(() => session.endpoint("cluster" as never)).toThrow("a is a twin: nothing makes it from outside");
  expect(asked).toEqual([]);
});
