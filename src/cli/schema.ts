/** `quorumlab schema`: prints the JSON Schema of scenario files, for editors. Committed as schema/scenario.json. */
import type { Command } from 'commander';
import { schemaText } from '../scenario/json-schema.ts';
import { type CommandContext, processContext } from './context.ts';

export function schemaCommand(program: Command, { out }: CommandContext = processContext): void {
  program
    .command('schema')
    .description('print the JSON Schema of scenario files (editors use it for completion and help)')
    .action(() => {
      out.write(schemaText());
    });
}
