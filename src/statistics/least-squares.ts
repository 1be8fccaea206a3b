/**
 * Linear least squares with few unknowns, by the normal equations (Golub & Van Loan, Matrix Computations, section 5.3.2), and how
 * well the rows determine each of them (Draper & Smith, Applied Regression Analysis, section 5.1).
 */

/** Columns this nearly dependent cannot be told apart: the sine of the angle between one and what the others span. */
const LEAST_ANGLE = 0.1;

/**
 * The x that minimises |A·x − b|, A given by rows. null where the columns do not determine it: one is 0, or lies in the span of
 * others to within the precision that measurements have.
 */
export function leastSquares(rows: readonly (readonly number[])[], b: readonly number[]): readonly number[] | null {
  const size = rows[0]?.length ?? 0;
  if (size === 0 || rows.length < size || undetermined(rows) !== null) return null;
  return solved(
    rows,
    Array.from({ length: size }, (_, i) => dot(column(rows, i), b)),
  );
}

/** Standard errors of the x that leaves these residuals; infinite where no row is over to tell how much they scatter. */
export function standardErrors(
  rows: readonly (readonly number[])[],
  residuals: readonly number[],
): readonly number[] | null {
  const size = rows[0]?.length ?? 0;
  const variance = rows.length > size ? dot(residuals, residuals) / (rows.length - size) : Number.POSITIVE_INFINITY;
  const errors = Array.from({ length: size }, (_, i) => {
    const unit = Array.from({ length: size }, (_, j) => (i === j ? 1 : 0));
    return solved(rows, unit)?.[i];
  });
  return errors.includes(undefined) ? null : errors.map((inverse) => Math.sqrt(variance * (inverse as number)));
}

/** Columns that the rows do not determine: one that is 0, or one with that which is most like it; null where all are. */
export function undetermined(rows: readonly (readonly number[])[]): readonly number[] | null {
  const size = rows[0]?.length ?? 0;
  const basis: (readonly number[])[] = [];
  for (let i = 0; i < size; i++) {
    const one = column(rows, i);
    const length = Math.sqrt(dot(one, one));
    if (length === 0) return [i];
    const own = without(one, basis);
    const left = Math.sqrt(dot(own, own));
    if (left < LEAST_ANGLE * length) return [likest(rows, i), i];
    basis.push(own.map((value) => value / left));
  }
  return null;
}

/** What is left of a column beside an orthonormal basis. */
function without(one: readonly number[], basis: readonly (readonly number[])[]): readonly number[] {
  return basis.reduce<readonly number[]>((left, axis) => {
    const along = dot(left, axis);
    return left.map((value, i) => value - along * (axis[i] as number));
  }, one);
}

/** The earlier column at the smallest angle to column i. */
function likest(rows: readonly (readonly number[])[], i: number): number {
  const one = column(rows, i);
  const likeness = Array.from({ length: i }, (_, j) => {
    const other = column(rows, j);
    return Math.abs(dot(one, other)) / Math.sqrt(dot(other, other));
  });
  return likeness.indexOf(Math.max(...likeness));
}

/** (AᵀA)⁻¹·right, by Gauss and Jordan; null where a pivot vanishes. */
function solved(rows: readonly (readonly number[])[], right: readonly number[]): readonly number[] | null {
  const size = right.length;
  const matrix = right.map((value, i) => [
    ...Array.from({ length: size }, (_, j) => dot(column(rows, i), column(rows, j))),
    value,
  ]);
  for (let i = 0; i < size; i++) {
    const pivot = matrix[i] as number[];
    if (!(Math.abs(pivot[i] as number) > 1e-12 * dot(column(rows, i), column(rows, i)))) return null;
    for (let j = 0; j < size; j++) {
      if (j === i) continue;
      const row = matrix[j] as number[];
      const factor = (row[i] as number) / (pivot[i] as number);
      for (let k = i; k <= size; k++) row[k] = (row[k] as number) - factor * (pivot[k] as number);
    }
  }
  return matrix.map((row, i) => (row[size] as number) / (row[i] as number));
}

function column(rows: readonly (readonly number[])[], index: number): number[] {
  return rows.map((row) => row[index] as number);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}
