/**
 * The cores beside the protocol thread: they verify and sign, jobs in the order of submission, each on the core that has been
 * free longest (the lowest number at a tie).
 */
import type { Instant } from '../../units/quantities.ts';
import type { Machine } from './machine.ts';
import { Rank } from './machine.ts';
import { Server } from './server.ts';

interface Job {
  readonly cost: number;
  readonly done: () => void;
}

export class CorePool {
  private readonly machine: Machine;
  private readonly cores: readonly Server[];
  private queue: Job[] = [];

  constructor(machine: Machine, size: number) {
    this.machine = machine;
    this.cores = Array.from({ length: size }, () => new Server());
  }

  submit(cost: number, done: () => void): void {
    const core = this.idleCore();
    if (core < 0) this.queue.push({ cost, done });
    else this.begin(core, { cost, done });
  }

  private idleCore(): number {
    let best = -1;
    this.cores.forEach((core, i) => {
      if (!core.serving && (best < 0 || core.freeAt < (this.cores[best] as Server).freeAt)) best = i;
    });
    return best;
  }

  private begin(number: number, job: Job): void {
    const { machine } = this;
    const end = (this.cores[number] as Server).begin(machine.now, job.cost);
    if (end === machine.now) this.finish(number, job);
    else machine.schedule(end, Rank.core, () => this.finish(number, job), number);
  }

  private finish(number: number, job: Job): void {
    (this.cores[number] as Server).end();
    job.done();
    const next = this.queue.shift();
    if (next !== undefined) this.begin(number, next);
  }

  busyUntil(at: Instant): number {
    return this.cores.reduce((sum, core) => sum + core.busyUntil(at), 0);
  }

  crash(at: Instant): void {
    this.queue = [];
    for (const core of this.cores) core.crash(at);
  }
}
