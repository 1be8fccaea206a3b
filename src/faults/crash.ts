/** Crash and restart: volatile state is lost, durable state is kept (docs/MODEL.md section 3, "Crash at c"). */
import type { FaultDefinition } from './fault.ts';

export const crash: FaultDefinition = {
  name: 'crash',
  summary:
    'The machine stops at once and loses what is not on its disk; with `for` it restarts from its disk after that time.',
  reference: 'Fail-recovery model; docs/MODEL.md section 3',
  options: {},
  beginning: () => 'crash',
  ending: 'restart',
  begin(subject, nodes, at) {
    for (const node of nodes) subject.crash(node, at);
    return (over) => {
      for (const node of nodes) subject.restart(node, over);
    };
  },
};
