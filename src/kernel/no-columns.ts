/**
 * Columns that hold nothing yet. Of a thousand nodes, most have queues and tables in which nothing ever waits; each array made for them
 * would have to be got, followed by the collector and given back.
 */
export const NO_DOUBLES = new Float64Array(0);
export const NO_INTS = new Int32Array(0);
export const NO_BYTES = new Uint8Array(0);
