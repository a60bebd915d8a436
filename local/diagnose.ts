import { diagnoseCommand } from './diagnose/command.ts';

const { status, stdout, stderr } = await diagnoseCommand(process.argv.slice(2));
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = status;
