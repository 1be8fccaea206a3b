/** The version of a package as it is installed: what a profile says that it was measured of. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * @param entry a file of it that may be imported, where it has no main one: packages need not show their package.json.
 * @throws where it is not installed.
 */
export function versionOf(name: string, entry = ''): string {
  let folder = new URL(
    '.',
    pathToFileURL(createRequire(import.meta.url).resolve(entry === '' ? name : `${name}/${entry}`)),
  );
  for (;;) {
    const about = packageIn(folder);
    if (about?.name === name) return about.version;
    const above = new URL('..', folder);
    if (above.href === folder.href) throw new Error(`no package.json of ${name} above its entry`);
    folder = above;
  }
}

function packageIn(folder: URL): { readonly name: string; readonly version: string } | null {
  try {
    return JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));
  } catch {
    return null; // a folder without one, below the package's own
  }
}
