import { fork } from 'node:child_process';

export interface ChildOptions {
  readonly execArgv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a script in a fresh process and waits for the one message it sends. What it prints is discarded, as telemetry is
 * what it prints; its errors are shown.
 */
export function runChild<T>(script: string, args: readonly string[], { execArgv = [], env = {} }: ChildOptions = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const child = fork(script, args, {
    execArgv: [...execArgv],
    env: { PATH: process.env.PATH ?? '', TZ: 'UTC', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let answer: { readonly value: T } | undefined;
  // The script is ours and sends what its caller asks for.
  child.on('message', (value) => {
    answer = { value: value as T };
  });
  child.on('error', reject);
  child.on('close', (code, signal) => {
    if (code === 0 && answer !== undefined) resolve(answer.value);
    else
      reject(
        new Error(
          `${script} ${args.join(' ')} ended with ${signal ?? code} and ${answer === undefined ? 'no' : 'an'} answer`,
        ),
      );
  });
  return promise;
}
