// A worker thread's entry over the stand-in for `simulate`.
import { answerTask } from '../../src/executor/answer-task.ts';
import { fakeRun } from './fake-run.ts';

export default answerTask(fakeRun);
