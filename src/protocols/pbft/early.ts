/**
 * Normal-case messages that came too early: of a view this replica has not entered yet, or just above its high watermark. The
 * paper discards them and leaves the rest to retransmission; keeping a bounded number avoids most of that. A sender has room
 * for one view, its latest, and three messages a sequence number.
 */
import type { NodeId } from '../../units/quantities.ts';
import type { PrePrepare, Vote } from './messages.ts';
import type { ReplicaState } from './state.ts';

type Early = PrePrepare | Vote;

export class EarlyMessages {
  private readonly state: ReplicaState;
  private bySender = new Map<NodeId, Early[]>();
  private kept = 0;

  constructor(state: ReplicaState) {
    this.state = state;
  }

  get isEmpty(): boolean {
    return this.kept === 0;
  }

  /** Keeps a message that may become acceptable; drops all others. */
  offer(from: NodeId, message: Early): void {
    const { state } = this;
    const later = message.view > state.view || (message.view === state.view && !state.settled);
    const above = message.view === state.view && message.seq > state.high && message.seq <= state.high + state.window;
    if (!later && !above) return;
    const kept = this.bySender.get(from) ?? [];
    this.bySender.set(from, kept);
    const last = kept.at(-1);
    if (last !== undefined && message.view < last.view) return;
    if (last !== undefined && message.view > last.view) {
      this.kept -= kept.length;
      kept.length = 0;
    }
    if (kept.length >= 3 * state.window) return;
    kept.push(message);
    this.kept++;
  }

  /** After a new view or a new low watermark: receives everything kept again; what is still too early comes back here. */
  replay(receive: (from: NodeId, message: Early) => void): void {
    if (this.kept === 0) return;
    const { bySender } = this;
    this.bySender = new Map();
    this.kept = 0;
    for (const [from, messages] of bySender) for (const message of messages) receive(from, message);
  }
}
