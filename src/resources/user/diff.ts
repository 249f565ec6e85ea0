// What differs between an account and what it should be.
import { type Ahead, type Change, change, type Known, type Risk } from "../../model/kind.ts";
import type { User } from "./desired.ts";
import type { UserActual } from "./probe.ts";

const plain = ["uid", "group", "shell", "home", "comment"] as const;
const risks: Readonly<Record<(typeof plain)[number], Risk>> = { uid: "restart", group: "restart", shell: "none", home: "restart", comment: "none" };

/** One property a supplementary group: "group:docker". Passwords are never shown, not even as hashes. */
export function diff(desired: User, found: Known<UserActual>, ahead: Ahead): readonly Change[] {
  if (desired.absent === true)
    return found.found === "absent" ? [] : [change("exists", { before: true, after: false, risk: "replace", note: "the home is kept, the password is not" })];
  const actual = found.found === "present" ? found.actual : {};
  const made = found.found === "absent" ? [change("exists", { before: false, after: true })] : [];
  return [...made, ...plainChanges(desired, actual), ...groupChanges(desired, actual), ...passwordChanges(desired, actual, ahead)];
}

function plainChanges(desired: User, actual: UserActual): readonly Change[] {
  return plain
    .filter((property) => desired[property] !== undefined && desired[property] !== actual[property])
    .map((property) => change(property, { before: actual[property] ?? null, after: desired[property], risk: risks[property] }));
}

function groupChanges({ groups = [] }: User, actual: UserActual): readonly Change[] {
  return groups.filter((group) => actual.groups?.includes(group) !== true).map((group) => change(`group:${group}`, { before: false, after: true }));
}

function passwordChanges({ password }: User, actual: UserActual, ahead: Ahead): readonly Change[] {
  if (password === undefined) return [];
  const digest = ahead.digest(password);
  if (digest !== undefined && digest === actual.passwordSha256) return [];
  return [
    {
      property: "password",
      before: { hidden: "sensitive" },
      after: { hidden: digest === undefined ? "known-later" : "sensitive" },
      risk: "none",
      view: "value",
    },
  ];
}
