// Did-you-mean: the nearest of some names by edit distance.

/** The candidate nearest to the word, or undefined when none is within 2 edits or a third of its length; of three letters one may differ. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const limit = word.length <= 3 ? 1 : Math.max(2, Math.floor(word.length / 3));
  let best: { name: string; distance: number } | undefined;
  for (const name of candidates) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    if (distance <= limit && distance < name.length && (best === undefined || distance < best.distance)) best = { name, distance };
  }
  return best?.name;
}

/** `did you mean "x"?`, or undefined when nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const name = nearest(word, candidates);
  return name === undefined ? undefined : `did you mean "${name}"?`;
}

// Optimal string alignment: a swap of two neighbours counts as one edit ("teh", "plna").
function editDistance(a: string, b: string): number {
  let [older, old] = [[] as readonly number[], Array.from({ length: b.length + 1 }, (_, column) => column) as readonly number[]];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          number(old, j) + 1,
          number(row, j - 1) + 1,
          number(old, j - 1) + Number(a[i - 1] !== b[j - 1]),
          swapped ? number(older, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [older, old] = [old, row];
  }
  return number(old, b.length);
}

function number(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
