/** The reasons for which candidates are no answers, in words that follow a number. */
import type { CutName } from '../../experiment/size/cut-book.ts';

const MEANINGS: Readonly<Record<CutName, string>> = {
  options: 'by options that contradict so many nodes',
  byzantine: 'by the Byzantine nodes to tolerate',
  survive: 'by the quorum that must be left after a loss',
  finality: 'by delays alone, which exceed the finality asked for',
  finality_after_loss: 'by delays alone after a loss',
  egress: "by the leader's outgoing bandwidth",
  ingress: 'by incoming bandwidth',
  thread: 'by the protocol thread',
  cores: 'by the cores that verify',
  disk: 'by the disk',
  window: 'by how many batches may be under way',
  stronger_fails: 'because stronger hardware failed',
  screened: 'by one short run each',
  simulated: 'by full runs',
  drilled: 'by runs after a loss',
  undecided: 'undecided, since their runs cannot tell',
};

export function cutMeaning(cut: CutName): string {
  return MEANINGS[cut];
}
