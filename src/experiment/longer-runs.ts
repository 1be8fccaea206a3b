/**
 * How every command says that runs are too short: by what `run.duration` of the scenario must be, since that is what can be changed, and a
 * rough answer (`--quick`) measures but a part of it.
 */
import { formatDuration } from '../units/format.ts';
import { type Duration, type Instant, LONGEST_RUN, SECOND } from '../units/quantities.ts';

/** How `run.duration` of a scenario follows from how long its runs are measured. */
export interface FileLength {
  /** As it is. */
  readonly duration: Duration;
  /** What of it is not measured: the warm-up that the scenario gives; 0 where that is to be detected. */
  readonly from: Instant;
  /** How many times as long as what is measured the rest of it is. */
  readonly times: number;
  /** Of that rest a rough answer measures one part in so many; null: the answer is no rough one, or measures all of it. */
  readonly quickPart: number | null;
}

export const WITHOUT_QUICK = 'leave out --quick, without which they are long enough';

/** Runs of any length hold no more than the trace does. */
export const REPEAT_TRACE = "set 'repeat: true' for the trace";

/** What `run.duration` must at least be for so much to be measured of each run. */
export function durationFor(measured: Duration, { from, times }: Pick<FileLength, 'from' | 'times'>): Duration {
  return wholly(from + times * measured);
}

/** After `runs …: `. */
export function letEachLast(duration: Duration, quickPart: number | null): string {
  const text = formatDuration(duration);
  return `let each last ${text} (--set run.duration=${text}${partText(quickPart)})`;
}

/** What makes runs long enough of which so much must be measured; null: how much is not known. */
export function longerRuns(measured: Duration | null, length: FileLength): string {
  const { from, quickPart } = length;
  // Where so much is measured already it did not do: how much would is not known, and no length is named that is not longer.
  if (measured === null || from + length.times * measured <= length.duration)
    return `lengthen run.duration${partText(quickPart)}`;
  if (quickPart !== null && from + measured <= length.duration) return WITHOUT_QUICK;
  const needed = durationFor(measured, length);
  if (needed > LONGEST_RUN)
    return `no run is long enough (run.duration would be ${formatDuration(needed)}, and is ${formatDuration(LONGEST_RUN)} at most)`;
  return letEachLast(needed, quickPart);
}

function partText(quickPart: number | null): string {
  return quickPart === null ? '' : `, of which --quick measures one part in ${quickPart}`;
}

/** In whole days, hours or seconds, whichever is shown of it. */
function wholly(duration: Duration): Duration {
  const unit = duration > 172_800 * SECOND ? 86_400 * SECOND : duration > 7200 * SECOND ? 3600 * SECOND : SECOND;
  return Math.ceil(duration / unit) * unit;
}
