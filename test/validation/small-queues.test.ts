// The small setting of the targets held against closed forms of queues and quorums (small-suite.ts).
import { allHold, queueTargets } from './small-suite.ts';

allHold(queueTargets);
