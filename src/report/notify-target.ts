// Where a change of drift is told: a webhook, an ntfy topic, a mail address. URLs may hold secrets.
import { ProblemError } from "../model/problem.ts";

export type Target =
  | { readonly to: "webhook"; readonly url: string }
  | { readonly to: "ntfy"; readonly url: string }
  | { readonly to: "mail"; readonly address: string };

/** `https://…` is a webhook, `ntfy+https://host/topic` a topic. Throws ProblemError (usage) for http:// beyond this machine and for what is no URL; never shows more than the host. */
export function urlTarget(text: string): Target {
  const ntfy = text.startsWith("ntfy+");
  const address = ntfy ? text.slice("ntfy+".length) : text;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol))
    throw refused("not a URL of https", "--notify https://… or --notify ntfy+https://HOST/TOPIC");
  if (url.protocol === "http:" && !isLoopback(url.hostname)) throw refused(`http://${url.host} would send it in the clear`, "use https");
  return { to: ntfy ? "ntfy" : "webhook", url: url.href };
}

/** Throws ProblemError (usage) for what could not be one address alone. */
export function mailTarget(address: string): Target {
  if (/^[A-Za-z0-9_.+=][A-Za-z0-9_.+=-]*(@[A-Za-z0-9.-]+)?$/.test(address)) return { to: "mail", address };
  throw new ProblemError({ code: "usage", message: `--notify-mail ${JSON.stringify(address)}: not a mail address` });
}

/** Without user, path and query: these are where webhooks keep their secrets. */
export function shownTarget(target: Target): string {
  if (target.to === "mail") return `mail to ${target.address}`;
  const { protocol, host } = new URL(target.url);
  return `${target.to} ${protocol}//${host}/…`;
}

/** What must not be printed: the URL, and what is in it beside the host. */
export function secretsOfTarget(target: Target): readonly string[] {
  if (target.to === "mail") return [];
  const { username, password, pathname, search } = new URL(target.url);
  // A short path is a word that stands elsewhere, too.
  const long = [pathname.slice(1), search.slice(1)].filter((part) => part.length >= 8);
  return [target.url, username, password, ...long].filter((part) => part.length > 3);
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}

function refused(why: string, hint: string): ProblemError {
  return new ProblemError({ code: "usage", message: `--notify: ${why}`, hint });
}
