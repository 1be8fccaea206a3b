// A worker thread's entry: a shim over run-task.ts, which tests reach in process.
import { simulate } from '../simulation/simulate.ts';
import { answerTask } from './answer-task.ts';

export default answerTask(simulate);
