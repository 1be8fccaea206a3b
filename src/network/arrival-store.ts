/** Where arrivals wait for their time, as links and transport see it: the fast kernel's calendar, the reference kernel's heap. */
import type { Instant } from '../units/quantities.ts';

export interface ArrivalStore {
  /** Nothing will happen before this instant any more: an instant that has been reached. Absent: copies are sent as they leave. */
  readonly start?: Instant;
  /** Flight `flight` reaches `island` at `at`. */
  post(island: number, at: Instant, flight: number): void;
  /** Visits every arrival not yet delivered, at or after `from`, in any order; those for which `keep` is false are taken out. */
  filter(from: Instant, keep: (island: number, at: Instant, flight: number) => boolean): void;
}
