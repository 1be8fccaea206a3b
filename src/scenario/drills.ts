/** The `drills` of a scenario file: when `quorumlab compare` disturbs its candidates, for how long and how much. */
import { drillBegins, USUAL_DRILLS } from '../experiment/drills.ts';
import { formatDuration } from '../units/format.ts';
import { MILLISECOND } from '../units/quantities.ts';
import { knownOf } from './fragments.ts';
import type { Sections } from './sections.ts';
import type { RecordShape } from './shape.ts';
import type { Source } from './source.ts';
import { fileFormOf } from './write.ts';

const length = { kind: 'duration', default: USUAL_DRILLS.for, min: MILLISECOND } as const;
const times = { kind: 'count', default: USUAL_DRILLS.slowBy, min: 2, max: 1000 } as const;

/** Read by this shape it is a `DrillSettings` (experiment/drills.ts). */
export const drillsShape: RecordShape = {
  kind: 'record',
  meaning: 'The drills of `quorumlab compare`: crash of the leader, loss of a site, a slow leader.',
  fields: {
    at: {
      shape: {
        kind: 'duration',
        default: null,
        meaning:
          'When each drill begins, from the start of its run; absent: 5 s behind the warm-up (10 s where that is detected).',
      },
    },
    for: {
      shape: { ...length, meaning: 'How long what crashed is down, and the slow leader slow.' },
      default: fileFormOf({ ...length, meaning: '' }, USUAL_DRILLS.for),
    },
    slowBy: {
      shape: { ...times, meaning: 'How many times as long the processor and the disk of the slow leader take.' },
      default: USUAL_DRILLS.slowBy,
    },
  },
};

/** A drill in the warm-up would not be measured. */
export function checkDrills({ drills, run }: Sections, source: Source): void {
  const { warmup } = knownOf(run);
  const { at } = knownOf(drills ?? undefined);
  if (at === undefined || warmup === undefined || warmup === 'auto') return;
  if (drillBegins({ at }, warmup as number) >= (warmup as number)) return;
  source.flag(
    ['drills', 'at'],
    `falls into the warm-up, which is not measured, expected ${formatDuration(warmup)} or later`,
  );
}
