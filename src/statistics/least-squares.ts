/** Linear least squares with few unknowns, by the normal equations (Golub & Van Loan, Matrix Computations, section 5.3.2). */

/** Columns this parallel cannot be told apart: the cosine of the angle between them. */
const PARALLEL = 0.995;

/**
 * The x that minimises |A·x − b|, A given by rows. null where the columns do not determine it: one is 0, or two are parallel to
 * within the precision that measurements have.
 */
export function leastSquares(rows: readonly (readonly number[])[], b: readonly number[]): readonly number[] | null {
  const size = rows[0]?.length ?? 0;
  if (size === 0 || rows.length < size || undetermined(rows) !== null) return null;
  const matrix = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_, j) => dot(column(rows, i), column(rows, j))),
    dot(column(rows, i), b),
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

/** Columns that the rows do not determine: one that is 0, or a pair that is parallel; null where all are. */
export function undetermined(rows: readonly (readonly number[])[]): readonly number[] | null {
  const size = rows[0]?.length ?? 0;
  const columns = Array.from({ length: size }, (_, i) => column(rows, i));
  for (const [i, one] of columns.entries()) if (dot(one, one) === 0) return [i];
  for (let i = 0; i < size; i++)
    for (let j = 0; j < i; j++) {
      const [a, c] = [columns[i] as number[], columns[j] as number[]];
      if (Math.abs(dot(a, c)) > PARALLEL * Math.sqrt(dot(a, a) * dot(c, c))) return [j, i];
    }
  return null;
}

function column(rows: readonly (readonly number[])[], index: number): number[] {
  return rows.map((row) => row[index] as number);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}
