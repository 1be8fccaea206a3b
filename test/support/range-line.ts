// The line that every page has of where its points lie: in a range checked against a real system, or in what outside the nearest.

/** The first such line of a page with its words; null where the page has none. */
export function rangeLineOf(page: string): string | null {
  return /<p class="lead range">([^<]*checked against (?:a )?real systems?[^<]*)<\/p>/.exec(page)?.[1] ?? null;
}
