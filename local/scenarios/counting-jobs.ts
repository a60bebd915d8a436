import type { Container, ContainerRuntime, RunningTask } from '../world/containers.ts';
import type { World } from '../world/world.ts';

/** A job that counts to a number, one a second, and saves where it is: the scripted like of examples/node-worker. */
export interface CountingJobs extends ContainerRuntime {
  /** Each start of a container: where it began, and where it could have begun. */
  readonly begins: readonly { readonly taskArn: string; readonly from: number; readonly lastSaved: number }[];
  /** What was counted in the end. */
  readonly results: readonly { readonly taskArn: string; readonly count: number; readonly sum: number }[];
}

export interface CountingOptions {
  readonly world: World;
  /** Tasks of this family are run. */
  readonly family: string;
  readonly countTo: number;
  /** It also saves as it goes, once in so many numbers. */
  readonly saveEvery: number;
  /** From SIGTERM to the report: saving takes its time. */
  readonly saveMs: number;
  /** Whether SIGTERM reaches the program; a shell as PID 1 swallows it. The nth reclaim counts from 1. */
  readonly hearsSigterm: (nth: number) => boolean;
  readonly report: (detailType: string, detail: object) => void;
}

interface State {
  count: number;
  sum: number;
}

const stepMs = 1_000;

/** Five hours of counting, saved every quarter of an hour and, four seconds after SIGTERM, before each end. */
export function createCarefulJobs(world: World, family: string, report: CountingOptions['report']): CountingJobs {
  return createCountingJobs({
    world,
    family,
    countTo: 5 * 3_600,
    saveEvery: 900,
    saveMs: 4_000,
    hearsSigterm: () => true,
    report,
  });
}

export function createCountingJobs(options: CountingOptions): CountingJobs {
  const { world, family, countTo, saveEvery, saveMs, hearsSigterm, report } = options;
  const saved = new Map<string, State>();
  const begins: { taskArn: string; from: number; lastSaved: number }[] = [];
  const results: { taskArn: string; count: number; sum: number }[] = [];
  let reclaims = 0;
  let lastSaved = 0;

  const start = (task: RunningTask, exit: (exitCode: number) => void): Container | undefined => {
    if (task.family !== family) return undefined;
    const { taskArn, environment } = task;
    const checkpointId = `ckpt-${taskArn.slice(taskArn.lastIndexOf('/') + 1)}`;
    const attempt = Number(environment.BALLAST_RESUME_ATTEMPT ?? 0);
    const state: State = { ...(saved.get(environment.BALLAST_CHECKPOINT_URI ?? '') ?? { count: 0, sum: 0 }) };
    begins.push({ taskArn, from: state.count, lastSaved });
    let isRunning = true;

    const save = (): void => {
      const uri = `s3://checkpoints/jobs/${checkpointId}/${state.count}.json`;
      saved.set(uri, { ...state });
      lastSaved = state.count;
      report('Checkpoint Completed', { checkpointId, taskArn, uri, attempt });
    };
    const step = (): void => {
      if (!isRunning) return;
      state.count += 1;
      state.sum += state.count;
      if (state.count === countTo) {
        isRunning = false;
        results.push({ taskArn, ...state });
        report('Checkpoint Completed', { checkpointId, taskArn, attempt, finished: true });
        exit(0);
        return;
      }
      if (state.count % saveEvery === 0) save();
      world.after(stepMs, step);
    };
    world.after(stepMs, step);

    return {
      terminate() {
        reclaims += 1;
        if (!hearsSigterm(reclaims)) return;
        // What is counted while the state is written is lost with the container.
        const { count, sum } = state;
        world.after(saveMs, () => {
          if (!isRunning) return;
          isRunning = false;
          Object.assign(state, { count, sum });
          save();
          exit(0);
        });
      },
      kill() {
        isRunning = false;
      },
    };
  };
  return { start, begins, results };
}
