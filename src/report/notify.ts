// Tells a change of drift: over HTTP, or by sendmail(8).
import type { DriftReport } from "../model/drift.ts";
import { ProblemError } from "../model/problem.ts";
import { mendWords, notable, sinceWords, statusWord } from "./drift-words.ts";
import { shownTarget, type Target } from "./notify-target.ts";

/** The ways out of this machine. */
export interface Ways {
  readonly fetch: typeof fetch;
  /** Gives sendmail a whole message on its standard input; rejects when it refuses. */
  sendmail(message: string): Promise<void>;
}

/** What is told: a title, lines for people, and the same as data. */
export interface News {
  readonly title: string;
  readonly lines: readonly string[];
  readonly document: unknown;
}

/** Which resources, not their contents: notifications travel far. */
export function newsText(report: DriftReport, document: unknown): News {
  const { items, unreachable } = report;
  const shown = notable(items);
  const count = shown.length + unreachable.length;
  const lines = shown
    .slice(0, most)
    .map((item) => [statusWord(item), plain(item.address), plain(mendWords(item)), plain(sinceWords(item))].filter((word) => word !== "").join("  "));
  const more = shown.length > most ? [`and ${shown.length - most} more`] : [];
  const healed = shown.filter((item) => statusWord(item) === "healed").length;
  const title =
    count === 0
      ? "hlx: no drift any more"
      : `hlx: ${healed > 0 ? `${healed} healed, ` : ""}${shown.length - healed} not as they should be, ${unreachable.length} unreachable`;
  return { title, lines: [...lines, ...more, ...unreachable.map(({ host }) => `unreachable  ${plain(host)}`)], document };
}

/** Tells one target. Throws ProblemError (failed) that names the target without its secrets. */
export async function tell(target: Target, news: News, ways: Ways): Promise<void> {
  try {
    if (target.to === "mail") await ways.sendmail(mailText(target.address, news));
    else await post(target, news, ways);
  } catch (thrown) {
    if (thrown instanceof ProblemError) throw thrown;
    // The cause may quote the URL: it is left out.
    throw failed(target, "no answer");
  }
}

async function post(target: Extract<Target, { url: string }>, { title, lines, document }: News, ways: Ways): Promise<void> {
  const request =
    target.to === "ntfy"
      ? { headers: { title }, body: [title, ...lines].join("\n") }
      : { headers: { "content-type": "application/json" }, body: JSON.stringify({ format: 1, title, text: lines.join("\n"), drift: document }) };
  const answer = await ways.fetch(target.url, { method: "POST", redirect: "error", signal: AbortSignal.timeout(deadlineMs), ...request });
  await answer.body?.cancel();
  if (!answer.ok) throw failed(target, `status ${answer.status}`);
}

function mailText(address: string, { title, lines }: News): string {
  const head = [`To: ${address}`, `Subject: ${title}`, "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"];
  return `${[...head, "Auto-Submitted: auto-generated", "", ...lines].join("\n")}\n`;
}

// Control characters of a host's name or log would begin headers and lines of their own.
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");
}

function failed(target: Target, why: string): ProblemError {
  return new ProblemError({ code: "failed", message: `telling ${shownTarget(target)}: ${why}` });
}

const most = 50;
const deadlineMs = 15_000;
