/** Raised whenever the same scenario would give other numbers: results of different model versions are never compared silently. */
export const MODEL_VERSION = '5';
