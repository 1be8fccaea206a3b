/**
 * A finished run as a file: gzipped JSON on one line, with a flat head that is made for SQL (who the run was, its own value for every
 * measure) and the whole result behind it, losslessly. The file begins with the SHA-256 of all that follows, so what is damaged, half
 * written or edited is not believed.
 */
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { ESTIMATE_NAMES, type EstimateName } from '../experiment/estimate.ts';
import { runValues } from '../experiment/run-values.ts';
import { warmUpOf } from '../experiment/warm-up.ts';
import { windowOf } from '../experiment/window.ts';
import { MODEL_VERSION } from '../simulation/model-version.ts';
import type { RunResult } from '../simulation/run-result.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { type Duration, MILLISECOND } from '../units/quantities.ts';
import { fromExactJson, toExactJson } from './exact-json.ts';
import { sha256 } from './result-id.ts';

/** Raised whenever the head or the shape of the file changes, or what a measure in the head means. */
const RUN_FORMAT = 2;

/** What a command knows of its runs beyond their specification. It describes a kept run, and changes nothing that the run does. */
export interface RunAbout {
  readonly scenario: string;
  /** From the begin of the run; `auto`: detected. */
  readonly warmup: Duration | 'auto';
}

/** Availability is judged by a limit that the points of a result share, so no run has it alone. */
export type RunMeasure = Exclude<EstimateName, 'availability'>;
export const RUN_MEASURES: readonly RunMeasure[] = ESTIMATE_NAMES.filter((name) => name !== 'availability');

/** The flat part of a run file (docs/RESULTS.md explains each field), which is also a row of the table `runs` of `quorumlab query`. */
export interface RunHead extends Readonly<Record<RunMeasure, number | null>> {
  readonly format: number;
  readonly identity: string;
  readonly model_version: string;
  /** The code that made it (build-fingerprint.ts). */
  readonly build: string;
  readonly scenario: string | null;
  readonly label: string;
  readonly replication: number;
  readonly seed: number;
  readonly protocol: string;
  readonly nodes: number;
  readonly workload: string;
  /** The protocol's options as JSON: what tells apart runs of one label that a search varied. */
  readonly options: string;
  readonly horizon_ms: number;
  readonly ended_at_ms: number;
  readonly warmup_ms: number;
  readonly warmup_rule: 'given' | 'detected';
  readonly digest: string | null;
  readonly safety_violations: number;
  readonly liveness_violations: number;
  readonly submitted: number;
  readonly transactions: number;
  readonly unfinished: number;
  readonly batches: number;
  readonly delivered_messages: number;
}

export interface RunFile {
  readonly head: RunHead;
  /** The exact JSON of the result: equal texts are equal results. */
  readonly resultText: string;
}

/** Fastest compression: the default costs three times as much and saves 10 to 24 % (docs/scale.md has the measurements). */
const COMPRESSION = 1;
const RESULT = ',"result":';
const HASH = '{"sha256":"';
const BODY_AT = HASH.length + 64 + '",'.length;

/** The bytes of the file. */
export function encodeRun(
  identity: string,
  build: string,
  spec: RunSpec,
  result: RunResult,
  about?: RunAbout,
): Uint8Array {
  const head = JSON.stringify(headOf(identity, build, spec, result, about));
  const body = `${head.slice(1, -1)}${RESULT}${toExactJson(result)}}\n`;
  return gzipSync(`${HASH}${sha256(body)}",${body}`, { level: COMPRESSION });
}

/** @throws with one sentence where the bytes are not a whole, unchanged run file of this format. */
export function decodeRun(bytes: Uint8Array): RunFile {
  const text = unzipped(bytes);
  const body = text.slice(BODY_AT);
  if (!text.startsWith(HASH)) throw new Error('it is no run file of quorumlab');
  if (text !== `${HASH}${sha256(body)}",${body}`) throw new Error('its content does not have the hash that it names');
  const cut = body.indexOf(RESULT);
  return { head: parsedHead(body.slice(0, cut)), resultText: body.slice(cut + RESULT.length, -'}\n'.length) };
}

/** The result of a file that was decoded. */
export function resultOf({ resultText }: RunFile): RunResult {
  return fromExactJson(resultText) as RunResult;
}

/** The head alone, from the first bytes of a file, unverified: for lists. null where they do not hold one. */
export function peekHead(start: Uint8Array): RunHead | null {
  try {
    const text = gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }).toString('utf8');
    const cut = text.indexOf(RESULT);
    return text.startsWith(HASH) && cut >= 0 ? parsedHead(text.slice(BODY_AT, cut)) : null;
  } catch {
    return null;
  }
}

function unzipped(bytes: Uint8Array): string {
  try {
    return gunzipSync(bytes).toString('utf8');
  } catch (thrown) {
    throw new Error(`it cannot be unzipped: ${(thrown as Error).message}`);
  }
}

function parsedHead(fields: string): RunHead {
  const head = JSON.parse(`{${fields}}`) as RunHead;
  if (head.format !== RUN_FORMAT) throw new Error(`it has format ${head.format}, expected ${RUN_FORMAT}`);
  return head;
}

function headOf(identity: string, build: string, spec: RunSpec, result: RunResult, about?: RunAbout): RunHead {
  const warmup = (about?.warmup ?? (spec.measuredFrom || 'auto')) as number | 'auto';
  const warmUp = warmUpOf([result], warmup, spec.horizon);
  const { availability: _, ...values } = runValues(result, windowOf(result, warmUp.end), null);
  const violations = (kind: string): number => result.violations.filter((violation) => violation.kind === kind).length;
  return {
    format: RUN_FORMAT,
    identity,
    model_version: MODEL_VERSION,
    build,
    scenario: about?.scenario ?? null,
    label: spec.label,
    replication: spec.replication,
    seed: spec.seed,
    protocol: spec.protocol.name,
    nodes: spec.nodes,
    workload: spec.workload.name,
    options: toExactJson(spec.protocol.options),
    horizon_ms: spec.horizon / MILLISECOND,
    ended_at_ms: result.endedAt / MILLISECOND,
    warmup_ms: warmUp.end / MILLISECOND,
    warmup_rule: warmUp.rule,
    digest: result.digest,
    safety_violations: violations('safety'),
    liveness_violations: violations('liveness'),
    submitted: result.counts.submitted,
    transactions: result.counts.transactions,
    unfinished: result.unfinished.length,
    batches: result.counts.batches,
    delivered_messages: result.counts.deliveredMessages,
    ...values,
  };
}
