// The small setting of what elects, and of published and measured systems (small-suite.ts).
import { allHold, otherTargets } from './small-suite.ts';

allHold(otherTargets);
