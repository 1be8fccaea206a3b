#!/usr/bin/env node
// The command line's entry. Placeholder: it fails until there are commands to run.
process.stderr.write('quorumlab: no commands yet\n');
process.exitCode = 1;
