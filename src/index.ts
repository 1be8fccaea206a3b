/** The library's public names: load a scenario, run it inline or on threads, and write or render its result. */
export { runScenario, type ScenarioOutcome } from './cli/run-scenario.ts';
export { drive, type ExecuteOptions, type Executor } from './executor/executor.ts';
export { inlineExecutor } from './executor/inline.ts';
export { type PoolOptions, poolExecutor } from './executor/pool.ts';
export type { Experiment, FailedRun, FinishedRun, RunOutcome } from './experiment/experiment.ts';
export type { PointEstimate, PointQuestion } from './experiment/point-estimate.ts';
export { type PointAnswer, type ReplicationPlan, replicate } from './experiment/replicate.ts';
export type { Batch } from './ledger/batch.ts';
export type {
  ClientRule,
  Host,
  Mempool,
  ProtocolDefinition,
  ProtocolMessage,
  Replica,
  ReplicaStatus,
  SnapshotRef,
  Work,
} from './protocols/protocol.ts';
export { runsCsv, timelineCsv } from './report/csv.ts';
export { renderHtml } from './report/html.ts';
export { renderTable } from './report/table.ts';
export { verdictOf } from './report/verdict.ts';
export type { Invocation } from './results/repeat-command.ts';
export {
  ESTIMATE_NAMES,
  type Estimate,
  type EstimateName,
  type PointResult,
  type ResultFile,
} from './results/result-file.ts';
export { resultFolder, writeFiles } from './results/result-folder.ts';
export { type LoadOptions, loadScenario, openScenario } from './scenario/load.ts';
export { formatProblem, type Problem } from './scenario/problem.ts';
export { runSettings, runSpecFor } from './scenario/run-spec-for.ts';
export type { DesignPoint, LoadResult, RunSettings, Scenario } from './scenario/scenario.ts';
export { MODEL_VERSION } from './simulation/model-version.ts';
export type { RunResult } from './simulation/run-result.ts';
export type { RunSpec } from './simulation/run-spec.ts';
export { type SimulateOptions, simulate } from './simulation/simulate.ts';
