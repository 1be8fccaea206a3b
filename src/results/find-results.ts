/** Finds `result.json` files: those named, and those in folders at any depth. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ResultFile } from './result-file.ts';

export interface FoundResult {
  readonly path: string;
  readonly result: ResultFile;
}

/** In the order of their paths. @throws with one sentence where a place holds no result, or a file is none. */
export function findResults(places: readonly string[]): readonly FoundResult[] {
  return places.flatMap((place) => {
    const paths = statSync(place).isDirectory()
      ? readdirSync(place, { recursive: true, encoding: 'utf8' })
          .filter((name) => /(^|[/\\])result\.json$/.test(name))
          .sort()
          .map((name) => join(place, name))
      : [place];
    if (paths.length === 0) throw new Error(`${place}: holds no result.json, at any depth`);
    return paths.map((path) => ({ path, result: readResult(path) }));
  });
}

function readResult(path: string): ResultFile {
  const text = readFileSync(path, 'utf8');
  let result: Partial<ResultFile> | null;
  try {
    result = JSON.parse(text) as Partial<ResultFile> | null;
  } catch {
    throw new Error(`${path}: is no JSON`);
  }
  if (result?.format !== 1 || !Array.isArray(result.points) || typeof result.scenario !== 'string')
    throw new Error(`${path}: is no result.json of \`quorumlab run\` (format 1)`);
  return result as ResultFile;
}
