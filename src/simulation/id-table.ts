/**
 * From request id to a small number, for ids that are issued in rising order and live for a while: a direct-mapped table that
 * doubles when two live ids meet in one slot. No hashing, no objects, memory bounded by the span of live ids.
 */

/** A cell holds an id (NONE: it is free) and its value. */
const CELL = 2;
const NONE = -1;
/** No id at all, not even of a request that does not exist. */
const NO_ID = -(2 ** 31);
// Short runs would pay more for a large table than for all else, and many tables stay empty: those share a cell that is never free.
const FIRST = 16;
const EMPTY = Int32Array.of(NO_ID, NONE);

export class IdTable {
  private cells = EMPTY;
  private mask = 0;
  size = 0;

  /** The value of `id`, −1 where there is none. */
  get(id: number): number {
    const cell = (id & this.mask) * CELL;
    return this.cells[cell] === id ? (this.cells[cell + 1] as number) : -1;
  }

  set(id: number, value: number): void {
    if (!this.add(id, value)) this.cells[(id & this.mask) * CELL + 1] = value;
  }

  /** As `set`, but for an id that is there, which keeps its value: then false. */
  add(id: number, value: number): boolean {
    let cell = (id & this.mask) * CELL;
    if (this.cells[cell] === id) return false;
    while (this.cells[cell] !== NONE) {
      this.grow();
      cell = (id & this.mask) * CELL;
    }
    this.cells[cell] = id;
    this.cells[cell + 1] = value;
    this.size++;
    return true;
  }

  /** Takes `id` out; returns its value, −1 where there was none. */
  remove(id: number): number {
    const cell = (id & this.mask) * CELL;
    if (this.cells[cell] !== id) return -1;
    this.cells[cell] = NONE;
    this.size--;
    return this.cells[cell + 1] as number;
  }

  /** Takes out the ids of which this holds. */
  removeWhere(holds: (id: number) => boolean): void {
    for (let cell = 0; cell < this.cells.length; cell += CELL) {
      const id = this.cells[cell] as number;
      if (id !== NONE && id !== NO_ID && holds(id)) this.remove(id);
    }
  }

  private grow(): void {
    const { cells } = this;
    const size = Math.max(FIRST, 2 * (this.mask + 1));
    this.cells = new Int32Array(size * CELL).fill(NONE);
    this.mask = size - 1;
    for (let from = 0; from < cells.length; from += CELL) {
      const id = cells[from] as number;
      if (id === NONE || id === NO_ID) continue;
      // Two ids that differ in a lower bit already had different cells: no clash is possible.
      const to = (id & this.mask) * CELL;
      this.cells[to] = id;
      this.cells[to + 1] = cells[from + 1] as number;
    }
  }
}
