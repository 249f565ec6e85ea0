// Globs and regular expressions over names, safe to run on what a user types.

export type Matcher = { readonly matches: (name: string) => boolean } | { readonly refused: string };

const longest = 200;

/**
 * `~regex` anchored at the start, as Ansible does; else a glob with `*`, `?`, `[seq]`, `[!seq]` over the whole name.
 * A pattern longer than 200 characters, with a repeated repetition or with a back reference is refused: it could run for hours.
 */
export function matcherOf(term: string): Matcher {
  if (term.length > longest) return { refused: `is longer than ${longest} characters` };
  return term.startsWith("~") ? regexOf(term.slice(1)) : globOf(term);
}

/** True for a term that matches by form rather than by name. */
export function isLoose(term: string): boolean {
  return term.startsWith("~") || /[*?[]/.test(term);
}

function regexOf(source: string): Matcher {
  if (source === "") return { refused: "is an empty regular expression" };
  if (/\([^()]*[+*}][^()]*\)[+*{?]|\([^()]*\|[^()]*\)[+*{]|\)[+*}]*\)[+*{]|\\[1-9]/.test(source))
    return { refused: "repeats a repetition, which could run for hours" };
  if ((source.match(/[*+{]/g)?.length ?? 0) > 6) return { refused: "has more than 6 repetitions, which could run for hours" };
  const insensitive = source.startsWith("(?i)");
  try {
    const regex = new RegExp(`^(?:${insensitive ? source.slice(4) : source})`, insensitive ? "iu" : "u");
    return { matches: (name) => regex.test(name) };
  } catch {
    return { refused: "is no regular expression" };
  }
}

// Without regular expressions: two pointers and one mark to come back to, so that many stars cost nothing.
function globOf(glob: string): Matcher {
  const pieces = glob.match(/\[!?\]?[^\]]*\]|[\s\S]/g) ?? [];
  return { matches: (name) => globMatches(pieces, name) };
}

function globMatches(pieces: readonly string[], name: string): boolean {
  let [piece, at, star, mark] = [0, 0, -1, 0];
  while (at < name.length) {
    if (pieces[piece] === "*") [star, mark, piece] = [piece, at, piece + 1];
    else if (piece < pieces.length && pieceMatches(pieces[piece] ?? "", name.charAt(at))) [piece, at] = [piece + 1, at + 1];
    else if (star === -1) return false;
    else [mark, piece, at] = [mark + 1, star + 1, mark + 1];
  }
  return pieces.slice(piece).every((rest) => rest === "*");
}

function pieceMatches(piece: string, character: string): boolean {
  if (piece === "?") return true;
  if (piece.length < 3) return piece === character;
  const negated = piece.startsWith("[!");
  return inSet(piece.slice(negated ? 2 : 1, -1), character) !== negated;
}

function inSet(set: string, character: string): boolean {
  return (set.match(/[\s\S]-[\s\S]|[\s\S]/g) ?? []).some((item) =>
    item.length === 3 ? item.charAt(0) <= character && character <= item.charAt(2) : item === character,
  );
}
