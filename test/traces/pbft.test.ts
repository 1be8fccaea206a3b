// PBFT's traces: one story a file, each with its section of the papers; see harness.ts for the format.
import { pbft } from '../../src/protocols/pbft/pbft.ts';
import { runTraces } from './harness.ts';

runTraces(pbft, new URL('./pbft/', import.meta.url));
