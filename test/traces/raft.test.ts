// Raft's traces: one story a file, each with its section of Ongaro's thesis; see harness.ts for the format.
import { raft } from '../../src/protocols/raft/raft.ts';
import { runTraces } from './harness.ts';

runTraces(raft, new URL('./raft/', import.meta.url));
