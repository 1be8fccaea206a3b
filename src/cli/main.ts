#!/usr/bin/env node
// The command line's entry, and the only place that sets the exit code.
import { commandLine } from './command-line.ts';

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await commandLine(process.argv.slice(2));
