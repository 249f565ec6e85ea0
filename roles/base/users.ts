// Accounts: who they are, who may log in as them, and whether they may become root.
import { authorizedKeys, file, type Resource, user } from "hlx";
import { keyLines } from "./keys.ts";
import type { BaseUser } from "./params.ts";

/** An account with its keys and its sudo rule, in this order: nobody loses a way in before the other one is there. */
export function account(name: string, asked: BaseUser, inputs: Readonly<Record<string, string>>): readonly Resource[] {
  if (asked.absent) return [sudoRule(name, "none"), user({ name, absent: true })];
  const { uid, groups, shell, password, sudo } = asked;
  const rest = { ...(uid === undefined ? {} : { uid }), ...(groups === undefined ? {} : { groups }), ...(password === undefined ? {} : { password }) };
  const made = user({ name, shell, ...rest });
  return [made, ...keysOf(name, asked, inputs), ...(sudo === undefined ? [] : [sudoRule(name, sudo)])];
}

function keysOf(name: string, asked: BaseUser, inputs: Readonly<Record<string, string>>): readonly Resource[] {
  if (asked.keys === undefined) return [];
  const keys = keyLines(name, asked, inputs);
  if (keys.length === 0) throw new Error(`the keys of user ${name} hold no public key`);
  return [authorizedKeys({ user: name, keys, exclusive: asked.onlyTheseKeys })];
}

// sudo passes over files with a dot in their name (sudoers(5), "Including other files").
function sudoRule(name: string, sudo: NonNullable<BaseUser["sudo"]>): Resource {
  const path = `/etc/sudoers.d/hlx-${name.replaceAll(".", "_")}`;
  if (sudo === "none") return file({ path, mode: "0440", absent: true });
  const tag = sudo === "nopasswd" ? "NOPASSWD: " : "";
  return file({ path, mode: "0440", content: `${name} ALL=(ALL:ALL) ${tag}ALL\n`, validate: ["/usr/sbin/visudo", "-c", "-f", "%s"] });
}
