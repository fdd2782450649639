const LONGEST_COMPARED = 200

/**
 * The `count` candidates nearest to `name` by edit distance, nearest first; equal distances keep the order given.
 * Candidates further away than two thirds of the longer of both names are left out, and so is everything
 * when the name itself has more than 200 characters.
 */
export function similarNames(name: string, candidates: Iterable<string>, count = 3): string[] {
  if (name.length > LONGEST_COMPARED) return []
  const ranked: { candidate: string; distance: number }[] = []
  for (const candidate of candidates) {
    if (candidate.length > LONGEST_COMPARED) continue
    const distance = editDistance(name, candidate)
    if (distance <= (2 / 3) * Math.max(name.length, candidate.length)) {
      ranked.push({ candidate, distance })
    }
  }
  ranked.sort((a, b) => a.distance - b.distance)
  return ranked.slice(0, count).map(({ candidate }) => candidate)
}

/** Levenshtein distance: insertions, deletions and replacements of one UTF-16 unit that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  const row = new Uint32Array(b.length + 1).map((_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0]!
    row[0] = i
    for (let j = 1; j <= b.length; j++) {
      const replaced = diagonal + (a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1)
      diagonal = row[j]!
      row[j] = Math.min(replaced, diagonal + 1, row[j - 1]! + 1)
    }
  }
  return row[b.length]!
}
