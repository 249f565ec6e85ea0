// Sessions: seats, rate limits, and a wrong password that is answered with a session object.
import { randomBytes } from "node:crypto";
import { type Answer, type Asked, json, notFound, record, refused } from "./answer.ts";
import { type FtlWorld, hashOf, type Rank } from "./world.ts";

export function auth(asked: Asked, world: FtlWorld): Answer {
  if (asked.path[1] === "app" && asked.method === "GET") return appPassword(asked, world);
  if (asked.path.length > 1) return notFound;
  if (asked.method === "POST") return login(record(asked.body), world);
  if (asked.method === "DELETE") return logout(asked, world);
  if (asked.method === "GET") return isOpen(world) ? noPassword : sessionOf(asked, world) === undefined ? wrong(world, null) : good(sidOf(asked));
  return notFound;
}

/** What the request's session may do: all, all but settings, or nothing. */
export function sessionOf(asked: Asked, world: FtlWorld): Rank | undefined {
  return isOpen(world) ? "admin" : world.sessions.get(sidOf(asked));
}

function sidOf({ headers, body, query }: Asked): string {
  return String(headers["x-ftl-sid"] ?? headers["sid"] ?? record(body)["sid"] ?? query.get("sid") ?? cookieOf(headers) ?? "");
}

// A browser sends its cookies whoever asks it to: then the token must be there, too.
function cookieOf({ cookie, "x-csrf-token": token }: Asked["headers"]): string | undefined {
  const [, sid] = /(?:^|; )sid=([^;]+)/.exec(String(cookie ?? "")) ?? [];
  return token === csrf ? sid : undefined;
}

function isOpen(world: FtlWorld): boolean {
  return world.settings.get("webserver.api.pwhash") === "";
}

function login({ password, totp }: Readonly<Record<string, unknown>>, world: FtlWorld): Answer {
  if (isOpen(world)) return noPassword;
  if (typeof password !== "string") return refused(400, ["bad_request", "No password found in JSON payload"]);
  const now = Date.now();
  const recent = world.failures.filter((at) => now - at < 1000);
  if (recent.length >= 3) return refused(429, ["rate_limiting", "Rate-limiting login attempts"]);
  const sort = sortOf(password, world);
  if (sort === undefined) {
    world.failures.push(now);
    return wrong(world, "password incorrect");
  }
  if (sort === "admin" && world.options.totp !== undefined) return second(totp, world) ?? seated(sort, world);
  return seated(sort, world);
}

function sortOf(password: string, world: FtlWorld): Rank | undefined {
  if (world.options.cliPassword !== undefined && password === world.options.cliPassword) return "cli";
  const hash = hashOf(password);
  if (hash === world.settings.get("webserver.api.pwhash")) return "admin";
  return hash === world.settings.get("webserver.api.app_pwhash") ? "app" : undefined;
}

function second(code: unknown, world: FtlWorld): Answer | undefined {
  if (typeof code !== "number") return refused(400, ["bad_request", "No 2FA token found in JSON payload"]);
  const soon = Date.now() - world.codeTried < 1000;
  world.codeTried = Date.now();
  if (soon) return refused(429, ["rate_limiting", "Rate-limiting 2FA attempts"]);
  if (world.usedCodes.has(code)) return refused(401, ["unauthorized", "Reused 2FA token"]);
  if (code !== world.options.totp) return refused(401, ["unauthorized", "Invalid 2FA token"]);
  world.usedCodes.add(code);
  return undefined;
}

function seated(sort: Rank, world: FtlWorld): Answer {
  if (world.sessions.size >= Number(world.settings.get("webserver.api.max_sessions")))
    return refused(429, ["api_seats_exceeded", "API seats exceeded"], "increase webserver.api.max_sessions");
  const sid = randomBytes(12).toString("base64");
  world.sessions.set(sid, sort);
  return good(sid);
}

const csrf = "csrf";

// A new one at each asking; it opens nothing before its hash is among the settings.
function appPassword(asked: Asked, world: FtlWorld): Answer {
  if (sessionOf(asked, world) === undefined) return refused(401, ["unauthorized", "Unauthorized"]);
  const password = randomBytes(18).toString("base64");
  return json(200, { app: { password, hash: hashOf(password) } });
}

function good(sid: string): Answer {
  return json(200, { session: { valid: true, totp: false, sid, csrf, validity: 1800, message: "password correct" } });
}

const noPassword = json(200, { session: { valid: true, totp: false, sid: null, validity: -1, message: "no password set" } });

function wrong(world: FtlWorld, message: string | null): Answer {
  return json(401, { session: { valid: false, totp: world.options.totp !== undefined, sid: null, validity: -1, message } });
}

function logout(asked: Asked, world: FtlWorld): Answer {
  return world.sessions.delete(sidOf(asked)) ? { status: 204 } : refused(401, ["unauthorized", "Unauthorized"]);
}
