import { parentPort, workerData } from 'node:worker_threads';
import { plantedBugs } from './planted-bugs.ts';
import { runSeeds } from './run-seeds.ts';
import type { FromWorker, WorkerTask } from './workers.ts';

/** One core's part of a run. */
const task = workerData as WorkerTask;
const say = (message: FromWorker): void => parentPort?.postMessage(message);

const result = await runSeeds({
  ...task,
  bug: plantedBugs.find(({ name }) => name === task.bugName),
  progress: (storms, violations) => say({ kind: 'progress', storms, violations }),
});
say({ kind: 'result', result });
