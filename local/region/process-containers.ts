import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ContainerRuntime, RunningTask } from '../world/containers.ts';

export interface ProcessContainersOptions {
  /** What to run as the task's container; undefined where its end is to be drawn. */
  readonly commandFor: (task: RunningTask) => { readonly file: string; readonly args: readonly string[] } | undefined;
  /** The region's: AWS endpoint and metadata endpoint of the processes. */
  readonly endpoint: string;
  readonly region: string;
  /** Tells the wire whose calls they are. */
  readonly accessKeyId?: string;
  /** A line of a process's stdout or stderr. */
  readonly onLine?: (task: RunningTask, line: string) => void;
  /** @returns whether SIGTERM reaches the process: a shell that is PID 1 keeps it to itself. SIGKILL always does. */
  readonly signals?: (task: RunningTask, signal: 'SIGTERM') => boolean;
}

export interface ProcessContainers extends ContainerRuntime {
  /** Kills what still runs and tells nobody. Whoever made the containers calls it. */
  stop(): Promise<void>;
}

/** Exit code of a command that could not be started, as a shell has it. */
const notFound = 127;
/** As a shell writes that a signal ended a process: 128 and its number. */
const signalNumbers: Readonly<Record<string, number>> = { SIGINT: 2, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

/** Containers that are processes of this machine: one per task, with a task's environment and nothing else. */
export function createProcessContainers(options: ProcessContainersOptions): ProcessContainers {
  const { endpoint, region, accessKeyId = 'task' } = options;
  const running = new Set<ChildProcess>();
  let isStopped = false;
  const killAll = (): void => {
    for (const child of running) killGroup(child);
  };
  // They are no part of this process's group: nobody else would end them.
  process.once('exit', killAll);

  const environmentOf = (task: RunningTask): Record<string, string> => ({
    PATH: process.env.PATH ?? '',
    ...task.environment,
    ECS_CONTAINER_METADATA_URI_V4: `${endpoint}/v4/${task.taskArn.slice(task.taskArn.lastIndexOf('/') + 1)}`,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'local',
  });

  return {
    start(task, exit) {
      const command = options.commandFor(task);
      if (command === undefined || isStopped) return undefined;
      const child = spawn(command.file, command.args, {
        env: environmentOf(task),
        stdio: ['ignore', 'pipe', 'pipe'],
        // A process group of its own: with its first process a container is over as a whole.
        detached: true,
      });
      running.add(child);
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => options.onLine?.(task, line));
      }
      child.once('error', (error) => {
        options.onLine?.(task, error.message);
        ended(notFound);
      });
      child.once('exit', (code, signal) => {
        killGroup(child);
        ended(code ?? 128 + (signalNumbers[signal ?? ''] ?? 0));
      });
      const ended = (exitCode: number): void => {
        running.delete(child);
        if (!isStopped) exit(exitCode);
      };
      return {
        terminate() {
          if (options.signals?.(task, 'SIGTERM') ?? true) child.kill('SIGTERM');
        },
        kill: () => killGroup(child),
      };
    },
    async stop() {
      isStopped = true;
      const ends = [...running].map(
        (child) =>
          new Promise<void>((resolve) => {
            child.once('exit', () => resolve());
            child.once('error', () => resolve());
          }),
      );
      killAll();
      process.removeListener('exit', killAll);
      await Promise.all(ends);
    },
  };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Nobody of the group is left.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
