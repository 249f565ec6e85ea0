// Why a Pi-hole lets nobody in, for people.
import type { Problem } from "../../model/problem.ts";
import { type Answered, inside, jsonOf, refusalOf } from "./wire.ts";

/** What a refused login means. `where` is "the Pi-hole on HOST", `password` the secret's name. */
export function loginProblem(answered: Answered, where: string, password: string | undefined): Problem {
  const { status } = answered;
  if (status === 404) return version5(where);
  if (status >= 300 && status < 400) return redirected(where);
  if (inside(jsonOf(answered), "error")["key"] === "api_seats_exceeded") return noSeat(where);
  if (wantsCode(answered, password)) return secondFactor(where, refusalOf(answered));
  if (status === 401) return password === undefined ? noPassword(where) : wrongPassword(where, password);
  return {
    code: "unknown",
    message: `logging in to ${where}: it answered: ${refusalOf(answered) ?? "no session"}`,
    hint: "look into /var/log/pihole/webserver.log there",
  };
}

// A login with a password and nothing else is a bad request only where a code is wanted, too.
function wantsCode(answered: Answered, password: string | undefined): boolean {
  const json = jsonOf(answered);
  const asked = inside(json, "session")["totp"] === true || inside(json, "error")["key"] === "unauthorized";
  return asked || (answered.status === 400 && password !== undefined);
}

function version5(where: string): Problem {
  return {
    code: "missing",
    message: `${where} has no API under /api: this is Pi-hole 5, or another web server`,
    hint: "hlx manages Pi-hole 6: update with `pihole -up` (its settings are taken over), or give the port of its web server",
  };
}

function redirected(where: string): Problem {
  return { code: "unknown", message: `${where} sends every request elsewhere`, hint: 'let it answer plain HTTP on its loopback: webserver.port "80o,443os"' };
}

function noSeat(where: string): Problem {
  return {
    code: "unknown",
    message: `logging in to ${where}: all of its sessions are taken`,
    hint: "end some in its web interface (Settings, All settings, API), wait until they expire, or raise webserver.api.max_sessions",
  };
}

function secondFactor(where: string, refusal: string | undefined): Problem {
  return {
    code: "privilege",
    message: `logging in to ${where}: it wants a second factor${refusal === undefined ? "" : ` (${refusal})`}`,
    hint: "make an app password in its web interface, turn webserver.api.app_sudo on, and give that password",
  };
}

function noPassword(where: string): Problem {
  return { code: "privilege", message: `${where} wants a password`, hint: "give the role `password: !secret …`" };
}

function wrongPassword(where: string, password: string): Problem {
  return {
    code: "privilege",
    message: `${where} refuses the password in the secret ${password}`,
    hint: "mend the secret, or set the password on the host with `pihole setpassword`; hlx never sets a password over another",
  };
}
