/**
 * What a handler asked for, in order, until its job on the protocol thread ends: kept as parallel arrays that are reused, so
 * that a vote without effects allocates nothing.
 */
export const Effect = {
  send: 0,
  broadcast: 1,
  persist: 2,
  commit: 3,
  mark: 4,
  replies: 5,
  reply: 6,
  forward: 7,
  beginSignature: 8,
} as const;

export class Effects {
  count = 0;
  readonly kind: number[] = [];
  readonly a: number[] = [];
  readonly b: number[] = [];
  readonly load: unknown[] = [];

  push(kind: number, a: number, b: number, load: unknown): void {
    const i = this.count++;
    this.kind[i] = kind;
    this.a[i] = a;
    this.b[i] = b;
    this.load[i] = load;
  }

  has(kind: number): boolean {
    for (let i = 0; i < this.count; i++) if (this.kind[i] === kind) return true;
    return false;
  }

  clear(): void {
    for (let i = 0; i < this.count; i++) this.load[i] = null;
    this.count = 0;
  }
}
