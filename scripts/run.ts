import { spawn } from 'node:child_process';
import { root } from './root.ts';

export interface Finished {
  /** 1 when a signal ended it. */
  readonly exitCode: number;
  /** What it wrote to standard output and standard error, in order of arrival; empty when it was shown at once. */
  readonly output: string;
  readonly stdout: string;
}

/**
 * Runs a command in the repository's root without a shell.
 * @param show pass its output through instead of collecting it.
 */
export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env, show = false) {
  const { promise, resolve, reject } = Promise.withResolvers<Finished>();
  const child = spawn(command, args, { cwd: root, env, stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.on('error', reject);
  child.on('close', (code) => resolve({ exitCode: code ?? 1, output, stdout }));
  return promise;
}
