/** What `npm run bench -- --json FILE` writes. Names in snake_case, units in the names; `null`: not measured. */
export interface BenchReport {
  readonly machine: MachineDescription;
  readonly node: string;
  /** Null outside a git checkout; ends in `+changes` where the tree differs from it. */
  readonly commit: string | null;
  /** ISO 8601, when the benchmark began. */
  readonly date: string;
  /** Shorter and rougher: not for comparisons. */
  readonly quick: boolean;
  readonly method: string;
  readonly results: readonly BenchResult[];
  readonly failures: readonly BenchFailure[];
}

/** A measurement that gave no figure: a run that broke a law, kernels that disagree, a process that died. */
export interface BenchFailure {
  readonly name: string;
  readonly reason: string;
}

export interface MachineDescription {
  readonly cpu: string;
  readonly cores: number;
  readonly memory_gib: number;
  readonly platform: string;
  /** One-minute load average before the first and after the last measurement: others' work slows wall times. */
  readonly load_before: number;
  readonly load_after: number;
}

export type BenchResult = WholeRunResult | GrowthResult | ThreadsResult | PieceResult;

/** How far the repetitions of a figure lie apart: median ÷ best − 1; noisy above 25 %. */
interface Repeated {
  readonly repetitions: number;
  readonly spread: number;
  readonly noisy: boolean;
}

/** A whole run on the fast kernel alone, in one process. Figures are of the fastest repetition unless they say median. */
export interface AloneResult extends Repeated {
  /** Delivered messages (the protocol's, requests and replies) per second of wall time. */
  readonly messages_per_second: number;
  readonly messages_per_second_median: number;
  /** Of the very first run of the process, most of which the engine spends compiling and running what is not compiled yet. */
  readonly messages_per_second_first: number;
  /** The same per second of processor time of the whole process. */
  readonly messages_per_cpu_second: number;
  readonly ns_per_transaction: number;
}

/** One whole run on one thread, everything on: the faster of two visits, and what needs only one. */
export interface WholeRunResult extends AloneResult {
  readonly kind: 'whole-run';
  readonly name: string;
  /** Of the slower visit. Null: there was one only. */
  readonly messages_per_second_other_visit: number | null;
  /** messages_per_second ÷ that of the reference kernel, both from interleaved repetitions in one process. */
  readonly ratio_to_reference: number | null;
  /** Likewise from processor time. */
  readonly ratio_to_reference_cpu: number | null;
  readonly reference: ReferenceResult | null;
  /** Bytes of calendar, flights and link tables at their largest ÷ most messages in flight at once. */
  readonly bytes_per_message: number;
  readonly kernel_bytes: number;
  readonly peak_in_flight: number;
  readonly messages: number;
  readonly transactions: number;
  readonly digest: string;
}

/** The reference kernel on the same specification, stopped after fewer requests; both kernels' digests were compared there. */
export interface ReferenceResult extends Repeated {
  readonly messages_per_second: number;
  readonly messages: number;
  readonly transactions: number;
  /** Time of the reference ÷ time of the fast kernel on exactly this shorter run, start-up included. */
  readonly ratio_on_same_run: number;
}

/** Memory in use early and late in a long run, after full collections, and how many transactions were final then. */
export interface GrowthResult {
  readonly kind: 'memory-growth';
  readonly name: string;
  readonly transactions: readonly [number, number];
  readonly kernel_bytes: number;
  /** V8's heap and the typed arrays outside it. */
  readonly live_bytes: readonly [number, number];
  readonly growth_bytes: number;
  readonly growth_percent: number;
  readonly growth_bytes_per_transaction: number;
}

/** The same two runs on two worker threads of the project's pool and, one after the other, on one. */
export interface ThreadsResult extends Repeated {
  readonly kind: 'two-threads';
  readonly name: string;
  readonly one_thread_ms: number;
  readonly two_threads_ms: number;
  readonly speed_up: number;
  readonly speed_up_median: number;
  /** 2 × processor time of the runs in turn ÷ at once: below 2 they slow each other by caches and memory, whatever the load. */
  readonly speed_up_by_cpu: number;
  /** What a loop that touches no memory gained meanwhile: what the machine had to give. Far below 2, the figure is noisy. */
  readonly machine_speed_up: number;
}

export interface PieceResult extends Repeated {
  readonly kind: 'piece';
  readonly name: string;
  readonly per: string;
  readonly ns: number;
}
