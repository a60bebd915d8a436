import { replayCommand } from './replay/command.ts';

const { status, stdout, stderr } = replayCommand(process.argv.slice(2));
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = status;
