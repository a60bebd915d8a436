import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A line that a worker logs: JSON. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly event: string };

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A worker that runs. What it logs is waited for, never a time. */
export interface WorkerProcess {
  readonly lines: readonly LogLine[];
  /** The first such line from now on or, with `from`, from that one on; rejects with all output when it ends before. */
  line(matches: (line: LogLine) => boolean, from?: number): Promise<LogLine>;
  readonly exit: Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
}

export function startWorker(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): WorkerProcess {
  const child: ChildProcess = spawn(command, args, {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: signals go to its first process only, as in a container.
    detached: true,
  });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the worker has no output');
  const lines: LogLine[] = [];
  const waiting = new Set<() => void>();
  let output = '';
  let ended: Exit | undefined;
  const changed = () => {
    for (const look of [...waiting]) look();
  };
  createInterface({ input: stdout }).on('line', (text) => {
    output += `${text}\n`;
    // The tests read the members that they name.
    lines.push(JSON.parse(text) as LogLine);
    changed();
  });
  stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const exit = new Promise<Exit>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => endGroup(child.pid));
    // All output is read when it closes, not yet when it exits.
    child.on('close', (code, signal) => {
      ended = { code, signal };
      resolve(ended);
      changed();
    });
  });
  return {
    lines,
    exit,
    kill: (signal) => void child.kill(signal),
    line: (matches, from = 0) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.slice(from).find(matches);
          if (found === undefined && ended === undefined) return;
          waiting.delete(look);
          if (found !== undefined) resolve(found);
          else reject(new Error(`the worker ended without such a line:\n${output}`));
        };
        waiting.add(look);
        look();
      }),
  };
}

/** The end of a container's first process is the end of all. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: it was the last.
  }
}
