/** Chart.js as text, to be placed inside the page: a report opens without a network, and years later. */
import { readFileSync } from 'node:fs';

/** The browser build lies beside the entry that the package exports. Its pointer to a source map would ask for a file. */
export function chartLibrary(): string {
  const path = new URL('chart.umd.min.js', import.meta.resolve('chart.js'));
  return readFileSync(path, 'utf8').replace(/\n\/\/# sourceMappingURL=\S*\s*$/, '\n');
}
