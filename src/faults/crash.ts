/** Crash and restart: volatile state is lost, durable state is kept (DESIGN section 4, "Crash at c"). */
import type { FaultDefinition } from './fault.ts';

export const crash: FaultDefinition = {
  name: 'crash',
  summary:
    'The machine stops at once and loses what is not on its disk; with `for` it restarts from its disk after that time.',
  reference: 'Fail-recovery model; DESIGN section 4',
  options: {},
  ending: 'restart',
  begin(subject, nodes, at) {
    for (const node of nodes) subject.crash(node, at);
    return (over) => {
      for (const node of nodes) subject.restart(node, over);
    };
  },
};
