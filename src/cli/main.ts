#!/usr/bin/env node
// The command line's entry, and the only place that sets the exit code.
import { commandLine } from './command-line.ts';
import { ExitCode, reasonOfTheSystem } from './exit-codes.ts';

// A reader that has seen enough (`| head`) is no error; anything else (a full disk) means that the answer did not arrive.
let lost = false;
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || lost) return;
    lost = true;
    process.exitCode = ExitCode.usage;
    if (stream === process.stdout) process.stderr.write(`output: ${reasonOfTheSystem(error) ?? error.message}\n`);
  });

// A protocol of the user's own may call process.exit, or wait for what never comes: no answer must not look like success.
let answered = false;
process.once('exit', () => {
  if (answered) return;
  process.stderr.write("ended before there was an answer: a protocol's file called process.exit, or waits for ever\n");
  process.exitCode = ExitCode.crashed;
});

const code = await commandLine(process.argv.slice(2));
answered = true;
process.exitCode = lost && code === ExitCode.ok ? ExitCode.usage : code;

// BullMQ leaves timers of some seconds behind where Redis went away. All that this command says is written by then.
const LEFTOVERS_END_AFTER = 500;
if (process.argv[2] === 'worker') setTimeout(() => process.exit(), LEFTOVERS_END_AFTER).unref();
