import { createAgenda } from '../agenda.ts';
import { rngOf } from '../world/rng.ts';
import { createDrawLaunch } from './launch-times.ts';
import { createMeter, type Figures, type Meter } from './meter.ts';
import {
  type DeploymentModel,
  type Provider,
  type ReplayEvent,
  type ServiceModel,
  stays,
  type TaskModel,
} from './model.ts';
import { type ReplaySettings, replayStartMs, schedulerPauseMs } from './settings.ts';
import type { Trace } from './trace.ts';

/** The clock, the Spot market and the tasks of one service; `scheduler.ts` moves them, `writes.ts` is how others do. */
export interface Engine {
  readonly settings: ReplaySettings;
  readonly meter: Meter;
  readonly primary: ServiceModel;
  /** The on-demand service beside it. */
  companion?: ServiceModel;
  nowMs(): number;
  at(ms: number, work: () => void): void;
  /** @returns false where Spot has no place left. */
  launch(service: ServiceModel, deployment: DeploymentModel): boolean;
  /** Drained from now on, gone after stopTimeout. */
  stop(task: TaskModel): void;
  /** The scheduler looks at the service a moment later; many calls are one look. */
  wake(service: ServiceModel): void;
  tell(event: ReplayEvent): void;
  newDeployment(provider: Provider, reason?: string): DeploymentModel;
  /** Plays the trace to its end. */
  run(): Figures;
}

export interface EngineOptions {
  readonly trace: Trace;
  readonly settings: ReplaySettings;
  /** What the service's own strategy names. */
  readonly provider: Provider;
  readonly look: (engine: Engine, service: ServiceModel) => void;
  readonly hear: (event: ReplayEvent) => void;
}

/** A service that has been whole for long, as far as Spot has room for it when the trace begins. */
export function createEngine({ trace, settings, provider, look, hear }: EngineOptions): Engine {
  const agenda = createAgenda();
  const drawLaunch = createDrawLaunch(settings);
  const awake = new Set<ServiceModel>();
  /** Not gone. */
  const alive = new Set<TaskModel>();
  /** Spot tasks that nothing has told to stop: they take its places. */
  const onSpot = new Set<TaskModel>();
  const endMs = replayStartMs + trace.lengthMs;
  let nowMs = replayStartMs;
  let segment = 0;
  let capacity = trace.segments[0].capacity;
  let launchesInSegment: Record<Provider, number> = { spot: 0, onDemand: 0 };
  let eventsInSegment = 0;
  let taskIds = 0;
  let deploymentIds = 0;

  const meter = createMeter(settings.tasks, replayStartMs, () => nowMs);
  const at = (ms: number, work: () => void): void => agenda.at(ms, work);
  const tell = (event: ReplayEvent): void => {
    // By the event's place after the last change of capacity: what tells of a reclaim is as late under every policy.
    const lag = rngOf(settings.seed, `lag/${segment}/${eventsInSegment}`);
    eventsInSegment += 1;
    at(nowMs + lag.between(...settings.eventLagMs), () => hear(event));
  };

  const newDeployment = (of: Provider, reason = 'deployment in progress'): DeploymentModel => {
    deploymentIds += 1;
    const id = `ecs-svc/${deploymentIds}`;
    return { id, provider: of, createdAtMs: nowMs, rolloutState: 'IN_PROGRESS', reason };
  };

  const wake = (service: ServiceModel): void => {
    if (awake.has(service)) return;
    awake.add(service);
    at(nowMs + schedulerPauseMs, () => {
      awake.delete(service);
      look(engine, service);
    });
  };

  const add = (service: ServiceModel, deployment: DeploymentModel): TaskModel => {
    taskIds += 1;
    const task = { id: taskIds, service, deployment, provider: deployment.provider, launchedAtMs: nowMs };
    service.tasks.add(task);
    alive.add(task);
    if (task.provider === 'spot') onSpot.add(task);
    return task;
  };

  const becomeHealthy = (task: TaskModel): void => {
    if (!stays(task)) return;
    task.healthyAtMs = nowMs;
    meter.serves(task, 1);
    tell({ kind: 'running', atMs: nowMs, task });
    wake(task.service);
  };

  const end = (task: TaskModel): void => {
    if (task.noticed === true && task.healthyAtMs !== undefined) meter.serves(task, -1);
    task.goneAtMs = nowMs;
    meter.gone(task, nowMs);
    alive.delete(task);
    task.service.tasks.delete(task);
    tell({ kind: 'stopped', atMs: nowMs, task });
  };

  /** A task that does not run yet has nothing to end. */
  const endLater = (task: TaskModel): void => {
    task.toldAtMs = nowMs;
    onSpot.delete(task);
    if (task.healthyAtMs === undefined) end(task);
    else at(nowMs + settings.stopTimeoutMs, () => end(task));
    wake(task.service);
  };

  const setCapacity = (index: number, tasks: number): void => {
    segment = index;
    capacity = tasks;
    launchesInSegment = { spot: 0, onDemand: 0 };
    eventsInSegment = 0;
    // AWS does not say whom it takes: the newest, and so those that are still starting before those that serve.
    const newestFirst = [...onSpot].reverse();
    for (const [count, task] of newestFirst.slice(0, Math.max(0, onSpot.size - capacity)).entries()) {
      task.noticed = true;
      const isLost = rngOf(settings.seed, `notice/${index}/${count}`).next() < settings.lostNoticeShare;
      if (!isLost) tell({ kind: 'notice', atMs: nowMs, task });
      endLater(task);
    }
  };

  const deployment: DeploymentModel = { ...newDeployment(provider), rolloutState: 'COMPLETED', reason: 'completed' };
  const primary: ServiceModel = {
    name: 'web',
    role: 'primary',
    createdAtMs: nowMs,
    desiredCount: settings.tasks,
    tasks: new Set(),
    deployments: [deployment],
    completed: deployment,
    steady: true,
    backoffMs: 0,
    nextTryAtMs: 0,
  };

  const engine: Engine = {
    settings,
    meter,
    primary,
    nowMs: () => nowMs,
    at,
    wake,
    tell,
    newDeployment,
    launch(service, of) {
      if (of.provider === 'spot' && onSpot.size >= capacity) return false;
      const task = add(service, of);
      meter.launched(task.provider);
      const ordinal = launchesInSegment[task.provider];
      launchesInSegment[task.provider] += 1;
      at(nowMs + drawLaunch(task.provider, segment, ordinal), () => becomeHealthy(task));
      return true;
    },
    stop(task) {
      if (!stays(task)) return;
      if (task.healthyAtMs !== undefined) meter.serves(task, -1);
      endLater(task);
    },
    run() {
      for (;;) {
        const dueMs = agenda.nextAtMs();
        const work = agenda.takeDue(endMs - 1);
        if (work === undefined || dueMs === undefined) break;
        nowMs = dueMs;
        // Everything here is synchronous.
        void work();
      }
      nowMs = endMs;
      return meter.finish(endMs, alive);
    },
  };

  const atFirst = provider === 'spot' ? Math.min(settings.tasks, capacity) : settings.tasks;
  for (let count = 0; count < atFirst; count += 1) {
    const task = add(primary, deployment);
    task.healthyAtMs = nowMs;
    meter.serves(task, 1);
  }
  trace.segments.forEach(({ atMs, capacity: tasks }, index) => {
    if (index > 0) at(replayStartMs + atMs, () => setCapacity(index, tasks));
  });
  wake(primary);
  return engine;
}
