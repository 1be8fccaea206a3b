/** A fit to measurements as one JSON document (docs/RESULTS.md): constants with the settings that apply them, and every row. */
import type { FitAnswer } from '../experiment/fit.ts';
import { type ConstantName, constantNamed } from '../experiment/free-constants.ts';
import type { Duration } from '../units/quantities.ts';
import type { MeasuredRow } from './measurements.ts';

export function fitDocument(
  { from, scenario }: { readonly from: string; readonly scenario: string },
  answer: Extract<FitAnswer, { readonly ok: true }>,
  rows: readonly MeasuredRow[],
  settings: (name: ConstantName, value: Duration) => readonly string[],
) {
  return {
    format: 1,
    from,
    scenario,
    converged: answer.converged,
    constants: answer.constants.map(({ constant, value, standardError }) => ({
      constant,
      meaning: constantNamed(constant).meaning,
      value_ns: value,
      standard_error_ns: standardError,
      set: settings(constant, value),
    })),
    as_in_scenario: answer.leftOut.map(({ constant, why }) => ({ constant, why })),
    rms_error: answer.rms,
    rms_error_ms: answer.rmsMs,
    rms_error_left_out: answer.rmsLeftOut,
    rows: rows.map(({ line, overrides, measure, measured, cpuBound }, i) => {
      const row = answer.rows[i];
      return {
        line,
        set: overrides,
        measure,
        measured,
        predicted: row?.predicted ?? null,
        error: row?.error ?? null,
        error_left_out: row?.errorLeftOut ?? null,
        cpu_bound: cpuBound,
      };
    }),
  };
}
