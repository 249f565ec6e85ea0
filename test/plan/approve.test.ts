// The rule of approval: of what is needed now, what nobody was shown.
import { expect, test } from "vitest";
import { change, type Risk } from "../../src/model/kind.ts";
import { unapproved } from "../../src/plan/approve.ts";

const of = (property: string, risk: Risk = "none") => change(property, { before: 0, after: 1, risk });
const shown = [of("content"), of("unit", "restart")];

test.each([
  ["nothing", [], []],
  ["all that was shown", shown, []],
  ["less than was shown", [of("content")], []],
  ["the same at a lower risk", [of("unit", "reload")], []],
  ["the same at a higher risk", [of("unit", "reboot")], ["unit"]],
  ["a risk where none was shown", [of("content", "reload")], ["content"]],
  ["another property, however harmless", [of("content"), of("mode")], ["mode"]],
] as const)("%s", (_, needed, expected) => expect(unapproved(needed, shown).map(({ property }) => property)).toEqual(expected));
