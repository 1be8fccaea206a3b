/** The scenario with nothing left open, as YAML: what is hashed into a result's identity and kept beside it. */
import { stringify } from 'yaml';
import type { ScenarioFile } from './file-value.ts';
import type { DesignPoint } from './scenario.ts';
import type { RecordShape } from './shape.ts';
import type { NamedValue } from './write.ts';
import { fileFormOf } from './write.ts';

/**
 * Every default written out, and what was derived where no level changes it, headed by the hashes of the data. It loads to the
 * same scenario (paths of own data files still count from the folder of the original).
 */
export function resolvedText(
  file: ScenarioFile,
  points: readonly DesignPoint[],
  hashes: ReadonlyMap<string, string>,
  shape: RecordShape,
  nameOf: (protocol: NamedValue) => string,
): string {
  const varied = (section: string) => (file.levels ?? []).some(([path]) => path.split('.')[0] === section);
  const first = points[0] as DesignPoint;
  const network =
    varied('network') || varied('nodes')
      ? file.network
      : {
          ...file.network,
          intraSite: (first.setup.network.oneWay[0] as number) - file.network.addedDelay,
          egress: {
            form: 'map',
            value: {
              bandwidth: first.setup.network.egress.bitsPerSecond,
              discipline: first.setup.network.egress.discipline,
            },
          },
        };
  const derives = !varied('faults') && !varied('compare') && !varied('protocol');
  // Without levels on them, contenders and points differ only by other levels, which `durable` does not depend on.
  const settled = (value: NamedValue, label: string): NamedValue => {
    const point = points.find((candidate) => candidate.label === label || candidate.label.startsWith(`${label} `));
    return derives && point !== undefined ? { name: value.name, options: point.setup.protocol.options } : value;
  };
  const complete = {
    ...file,
    network,
    protocol: file.protocol === null ? null : settled(file.protocol, nameOf(file.protocol)),
    compare:
      file.compare?.map((entry) => {
        const label = entry.label ?? nameOf(entry.protocol);
        return { ...entry, label, protocol: settled(entry.protocol, label) };
      }) ?? null,
  };
  const data = [...hashes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, hash]) => `# data ${name} sha256 ${hash}\n`);
  const head = '# A resolved scenario: every default is written out.\n';
  return head + data.join('') + stringify(fileFormOf(shape, complete), { lineWidth: 0 });
}
