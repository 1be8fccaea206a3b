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

const code = await commandLine(process.argv.slice(2));
process.exitCode = lost && code === ExitCode.ok ? ExitCode.usage : code;
