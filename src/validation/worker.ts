// A worker thread's entry for validation: a shim over observe.ts, which tests reach in process.
import { simulate } from '../simulation/simulate.ts';
import { type ObservationTask, type Observed, observeTask } from './observe.ts';

export default (task: ObservationTask): Promise<Observed> => observeTask(task, simulate);
