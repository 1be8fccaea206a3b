/**
 * How far the runs are: a live bar on a terminal, plain lines at most every two seconds elsewhere. Progress is measured in
 * virtual time, of which every run reports how much it has simulated.
 */
import cliProgress from 'cli-progress';
import type { ExecuteOptions, Executor } from '../executor/executor.ts';
import { type Instant, SECOND } from '../units/quantities.ts';
import type { Output } from './context.ts';

const plainEveryMs = 2000;
/**
 * The time left is told once there is a base for it: runs have been under way for so long (ms), and one has ended or so much of the
 * whole is simulated. Before, the pace is that of threads that start and of the first runs' first moments.
 */
const paceAfterMs = 2000;
const paceAfterShare = 0.2;

/**
 * The same executor, which tells how far it is while it works. `now` is a clock in ms; `stage` says what the runs are for, where an
 * experiment has stages: then the time left is that of the stage, since nobody knows what comes after it.
 */
export function withProgress(
  executor: Executor,
  output: Output,
  now: () => number = () => performance.now(),
  stage: () => string = () => '',
): Executor {
  return {
    threads: executor.threads,
    async execute(specs, options: ExecuteOptions = {}) {
      if (specs.length === 0) return executor.execute(specs, options);
      const horizons = specs.map((spec) => spec.horizon);
      const progress = new Progress(horizons, now, options.openEnd ?? null, stage());
      const display = output.isTTY ? liveBar(progress, output) : plainLines(progress, output, now);
      try {
        return await executor.execute(specs, {
          ...options,
          onReused(indices) {
            progress.reuse(indices);
            display.show();
            options.onReused?.(indices);
          },
          onAdvance(reached) {
            progress.advance(reached);
            display.show();
            options.onAdvance?.(reached);
          },
          onFinished(index, outcome) {
            progress.finish(index);
            display.show();
            options.onFinished?.(index, outcome);
          },
        });
      } finally {
        display.end();
      }
    },
    close: () => executor.close(),
  };
}

/** What is done of what there is to do. */
class Progress {
  /** Of what must be computed: kept runs are done before it begins, and would make the rest look quick. */
  runs: number;
  total: number;
  runsDone = 0;
  /** When the first run of those to be computed was seen under way, and what was simulated then. */
  private begun: { readonly at: number; readonly done: Instant } | null = null;
  private reused = 0;
  private readonly horizons: Instant[];
  private readonly reached: Float64Array;
  private readonly now: () => number;
  private readonly openEnd: ExecuteOptions['openEnd'] | null;
  private readonly stage: string;

  constructor(
    horizons: readonly Instant[],
    now: () => number,
    openEnd: ExecuteOptions['openEnd'] | null,
    stage: string,
  ) {
    this.openEnd = openEnd;
    this.stage = stage;
    this.horizons = [...horizons];
    this.runs = horizons.length;
    this.total = horizons.reduce((sum, horizon) => sum + horizon, 0);
    this.reached = new Float64Array(horizons.length);
    this.now = now;
  }

  reuse(indices: readonly number[]): void {
    for (const index of indices) {
      this.total -= this.horizons[index] as Instant;
      this.horizons[index] = 0;
    }
    this.runs -= indices.length;
    this.runsDone -= indices.length;
    this.reused += indices.length;
  }

  advance(reached: Float64Array): void {
    // A finished run may have ended before its horizon: it stays at its end.
    for (const [i, at] of reached.entries())
      this.reached[i] = Math.min(Math.max(this.reached[i] as number, at), this.horizons[i] as Instant);
    this.notice();
  }

  finish(index: number): void {
    this.runsDone++;
    this.reached[index] = this.horizons[index] as Instant;
    this.notice();
  }

  /** Virtual time simulated, ns. */
  get done(): number {
    return this.reached.reduce((sum, at) => sum + at, 0);
  }

  /** `3 of 10 runs, 120 of 600 s simulated, about 4 s left`; where there may be more rounds, `3 of 10 runs of this round (20 before it, at most 100 in all), …`. */
  get text(): string {
    const { done, total } = this;
    const { openEnd, stage } = this;
    const simulated = `${Math.floor(done / SECOND)} of ${Math.ceil(total / SECOND)} s simulated`;
    const round = openEnd
      ? ` of this round (${openEnd.runsBefore} before it, at most ${openEnd.runsAtMost} in all)`
      : '';
    const kept = this.reused > 0 ? `; ${this.reused} more ${this.reused === 1 ? 'was' : 'were'} kept from before` : '';
    const head = stage === '' ? '' : `${stage}: `;
    return `${head}${this.runsDone} of ${this.runs} runs${round}, ${simulated}${this.left}${kept}`;
  }

  /** `, about 4 s left`, of a round or a stage `, about 4 s left of it`; nothing without a base, and at the end. */
  private get left(): string {
    const { done, total, begun } = this;
    if (begun === null || this.runsDone >= this.runs) return '';
    const elapsed = this.now() - begun.at;
    const since = done - begun.done;
    const hasBase = elapsed >= paceAfterMs && since > 0 && (this.runsDone > 0 || since >= paceAfterShare * total);
    if (!hasBase) return '';
    return `, about ${Math.ceil((elapsed * (total - done)) / since / 1000)} s left${this.openEnd || this.stage !== '' ? ' of it' : ''}`;
  }

  /** Called with every change. */
  private notice(): void {
    if (this.begun === null && this.done > 0) this.begun = { at: this.now(), done: this.done };
  }
}

/** Progress of what counts its own work: a bar, or plain lines. */
export interface CountedProgress {
  show(done: number, all: number, text: string): void;
  end(): void;
}

export function countedProgress(output: Output, now: () => number = () => performance.now()): CountedProgress {
  if (!output.isTTY) {
    let last = now();
    return {
      show(_done, _all, text) {
        if (now() - last < plainEveryMs) return;
        last = now();
        output.write(`${text}\n`);
      },
      end() {},
    };
  }
  const bar = newBar(output);
  let begun = false;
  return {
    show(done, all, text) {
      if (!begun) bar.start(all, done, { text });
      begun = true;
      bar.update(done, { text });
    },
    end() {
      if (begun) bar.stop();
    },
  };
}

interface Display {
  show(): void;
  end(): void;
}

function newBar(output: Output): cliProgress.SingleBar {
  return new cliProgress.SingleBar(
    {
      format: ' {bar} {text}',
      stream: output as NodeJS.WritableStream,
      clearOnComplete: true,
      hideCursor: true,
      gracefulExit: false, // Ctrl-C is ours: finished runs are kept
      barsize: 24,
    },
    cliProgress.Presets.shades_classic,
  );
}

function liveBar(progress: Progress, output: Output): Display {
  const bar = newBar(output);
  bar.start(progress.total, 0, { text: progress.text });
  return {
    show() {
      bar.setTotal(progress.total);
      bar.update(progress.done, { text: progress.text });
    },
    end: () => bar.stop(),
  };
}

function plainLines(progress: Progress, output: Output, now: () => number): Display {
  let last = now();
  return {
    show() {
      if (now() - last < plainEveryMs) return;
      last = now();
      output.write(`${progress.text}\n`);
    },
    end() {},
  };
}
