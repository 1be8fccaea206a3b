/**
 * From request id to a small number, for ids that are issued in rising order and live for a while: a direct-mapped table that
 * doubles when two live ids meet in one slot. No hashing, no objects, memory bounded by the span of live ids.
 */
export class IdTable {
  // Small at first: short runs would pay more for making them than for all else.
  private keys = new Int32Array(16).fill(-1);
  private values = new Int32Array(16);
  size = 0;

  /** The value of `id`, −1 where there is none. */
  get(id: number): number {
    const slot = id & (this.keys.length - 1);
    return this.keys[slot] === id ? (this.values[slot] as number) : -1;
  }

  set(id: number, value: number): void {
    let slot = id & (this.keys.length - 1);
    while (this.keys[slot] !== id && this.keys[slot] !== -1) {
      this.grow();
      slot = id & (this.keys.length - 1);
    }
    if (this.keys[slot] === -1) this.size++;
    this.keys[slot] = id;
    this.values[slot] = value;
  }

  /** Takes `id` out; returns its value, −1 where there was none. */
  remove(id: number): number {
    const slot = id & (this.keys.length - 1);
    if (this.keys[slot] !== id) return -1;
    this.keys[slot] = -1;
    this.size--;
    return this.values[slot] as number;
  }

  /** Takes out the ids of which this holds. */
  removeWhere(holds: (id: number) => boolean): void {
    for (let slot = 0; slot < this.keys.length; slot++) {
      const id = this.keys[slot] as number;
      if (id !== -1 && holds(id)) this.remove(id);
    }
  }

  private grow(): void {
    const { keys, values } = this;
    this.keys = new Int32Array(keys.length * 2).fill(-1);
    this.values = new Int32Array(keys.length * 2);
    for (let i = 0; i < keys.length; i++) {
      const id = keys[i] as number;
      if (id === -1) continue;
      // Two ids that differ in a lower bit already had different slots: no clash is possible.
      this.keys[id & (this.keys.length - 1)] = id;
      this.values[id & (this.keys.length - 1)] = values[i] as number;
    }
  }
}
