import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { merged } from './coverage.ts';
import type { SeedsResult } from './run-seeds.ts';
import type { Violation } from './run-storm.ts';

export interface WorkerTask {
  readonly from: number;
  readonly seeds: number;
  readonly step: number;
  readonly untilMs?: number | undefined;
  readonly bugName?: string | undefined;
  readonly stopAtFirst?: boolean;
}

export type FromWorker =
  | { readonly kind: 'progress'; readonly storms: number; readonly violations: readonly Violation[] }
  | { readonly kind: 'result'; readonly result: SeedsResult };

/** Seeds dealt out to workers, one by one in turn. @param progress is told the storms that are through. */
export async function runInWorkers(
  { from, seeds, untilMs, workers }: Omit<WorkerTask, 'step'> & { readonly workers: number },
  progress: (storms: number, violations: readonly Violation[]) => void,
): Promise<SeedsResult> {
  let through = 0;
  const parts = await Promise.all(
    Array.from({ length: Math.min(workers, seeds) }, (_, nth) =>
      runInWorker({ from: from + nth, seeds: seeds - nth, step: workers, untilMs }, (violations) => {
        through += 1;
        progress(through, violations);
      }),
    ),
  );
  return {
    storms: parts.reduce((sum, { storms }) => sum + storms, 0),
    violations: parts.flatMap(({ violations }) => violations).sort((a, b) => a.seed - b.seed || a.atMs - b.atMs),
    coverage: merged(parts.map(({ coverage }) => coverage)),
    portCalls: parts.reduce((sum, { portCalls }) => sum + portCalls, 0),
  };
}

/** A whole storm's garbage, so that little of it is still in use when it is collected. */
const resourceLimits = { maxYoungGenerationSizeMb: 256 };
/** Modules are compiled once for all workers and runs: a third of what a worker needs to begin. */
const env = { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'), ...process.env };

export function runInWorker(
  workerData: WorkerTask,
  stormIsOver: (violations: readonly Violation[]) => void = () => {},
): Promise<SeedsResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData, resourceLimits, env });
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'result') resolve(message.result);
      else stormIsOver(message.violations);
    });
    worker.on('error', reject);
  });
}
