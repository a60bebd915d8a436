import { resolvedPlatformVersion } from './describe.ts';
import type { Engine } from './engine.ts';
import { taskDetail } from './events.ts';
import { exitOf, failsHealthChecks, startFailureOf } from './failures.ts';
import { addressOf, ephemeralStorageGiBOf, hex, networkOf, volumesOf } from './launch.ts';
import type { DeploymentModel, ServiceModel, TaskModel } from './model.ts';
import { bindPorts, chooseInstance, kindOf, type Place, vcpuOf } from './placement.ts';
import { deregisterInstance, registerInstance } from './registries.ts';
import { exitCodeOfSigkill, startContainer } from './run-container.ts';
import { registerTask, removeTask, setTargetState } from './target-groups.ts';

const zones = ['a', 'b', 'c'];
/** A normal stop deregisters for so long before SIGTERM. */
const deregistrationMs = 15_000;
/** From the end of the last container to STOPPED. */
const deprovisioningMs = 5_000;

export interface Launch extends Place {
  readonly group: string;
  readonly service?: ServiceModel;
  readonly deployment?: DeploymentModel;
  readonly startedBy?: string;
  readonly networkConfiguration?: Readonly<Record<string, unknown>>;
  readonly platformVersion?: string;
  readonly enableExecuteCommand?: boolean;
  readonly volumeConfigurations?: readonly Readonly<Record<string, unknown>>[];
  readonly overrides?: Readonly<Record<string, unknown>>;
  readonly tags?: ReadonlyMap<string, string>;
}

/** Starts a task: PROVISIONING now, RUNNING and healthy after the time its own name draws. */
export function launchTask(engine: Engine, launch: Launch): TaskModel {
  const { service, deployment } = launch;
  const ordinal = engine.id(`task/${launch.clusterArn}/${launch.group}/`);
  const rng = engine.rng(ordinal);
  const id = hex(rng, 32);
  const scope = launch.clusterArn.split(':').slice(0, 5).join(':');
  const cluster = launch.clusterArn.slice(launch.clusterArn.lastIndexOf('/') + 1);
  const serial = engine.tasks.size;
  const instance = chooseInstance(engine, launch);
  const failure = engine.failures.get(launch.taskDefinition.arn);
  const task: TaskModel = {
    id,
    arn: `${scope}:task/${cluster}/${id}`,
    clusterArn: launch.clusterArn,
    group: launch.group,
    ...(launch.startedBy === undefined ? {} : { startedBy: launch.startedBy }),
    taskDefinition: launch.taskDefinition,
    ...(service === undefined ? {} : { service }),
    ...(deployment === undefined ? {} : { deploymentId: deployment.id }),
    ...(launch.capacityProvider === undefined ? {} : { capacityProvider: launch.capacityProvider }),
    launchType: instance === undefined ? 'FARGATE' : 'EC2',
    ...(instance === undefined
      ? { platformVersion: resolvedPlatformVersion(launch.platformVersion) }
      : { containerInstance: instance }),
    availabilityZone: `${engine.region}${zones[serial % zones.length]}`,
    privateIp: addressOf(10, serial),
    ...networkOf(launch.networkConfiguration, engine.rng(`network/${ordinal}`), serial),
    enableExecuteCommand: launch.enableExecuteCommand ?? false,
    ephemeralStorageGiB: ephemeralStorageGiBOf(launch.taskDefinition, launch.overrides),
    volumes: volumesOf(launch.volumeConfigurations ?? [], (name) => engine.rng(`volume/${ordinal}/${name}`), engine),
    overrides: launch.overrides ?? {
      containerOverrides: launch.taskDefinition.containers.map(({ name }) => ({ name })),
    },
    createdAtMs: engine.nowMs(),
    tags: new Map(launch.tags),
    ...(failure === undefined ? {} : { failure }),
    lastStatus: 'PROVISIONING',
    desiredStatus: 'RUNNING',
    networkBindings: [],
    version: 1,
    serving: false,
  };
  engine.tasks.set(task.arn, task);
  service?.tasks.add(task);
  instance?.tasks.add(task);
  if (service !== undefined) service.launches += 1;
  use(engine, task, 1);
  tell(engine, task);

  const healthyAfterMs = engine.draw(engine.switches.launchToHealthyMs, `launch/${ordinal}`);
  const step = (share: number, work: () => void) =>
    engine.after(Math.round(healthyAfterMs * share), () => {
      if (task.desiredStatus === 'RUNNING') work();
    });
  step(0.15, () => become(engine, task, 'PENDING'));
  const startFailure = failure === undefined ? undefined : startFailureOf(failure, task);
  if (startFailure !== undefined) {
    step(0.6, () => failToStart(engine, task, startFailure));
    return task;
  }
  step(0.6, () => {
    if (instance !== undefined && task.taskDefinition.networkMode !== 'awsvpc') {
      task.networkBindings = bindPorts(instance, task.taskDefinition);
    }
    become(engine, task, 'ACTIVATING');
    registerTask(engine, task);
  });
  step(0.75, () => {
    task.startedAtMs = engine.nowMs();
    registerInstance(engine, task);
    become(engine, task, 'RUNNING');
    const exit = failure === undefined ? undefined : exitOf(failure);
    if (exit === undefined) startContainer(engine, task, (exitCode) => containerExited(engine, task, exitCode));
    else engine.after(exit.afterMs, () => containerFails(engine, task, exit));
  });
  step(1, () => {
    if (failure !== undefined && failsHealthChecks(failure)) engine.turned(task, 'unhealthy');
    if (task.isUnhealthy) return;
    task.serving = true;
    setTargetState(engine, task, 'healthy', 'initial');
    if (task.service?.failing !== undefined) engine.turned(task, 'healthy');
    changed(engine, task);
  });
  return task;
}

function failToStart(engine: Engine, task: TaskModel, reason: string): void {
  // What keeps a single container from starting stands with it too.
  if (reason.startsWith('Cannot')) task.containerReason = reason;
  engine.turned(task, 'failed_to_start');
  stopTask(engine, task, 'TaskFailedToStart', reason);
}

function containerFails(
  engine: Engine,
  task: TaskModel,
  exit: { readonly exitCode: number; readonly reason?: string },
) {
  if (task.desiredStatus !== 'RUNNING') return;
  if (exit.reason !== undefined) task.containerReason = exit.reason;
  containerExited(engine, task, exit.exitCode);
}

/** The Spot notice: told to stop at once, SIGTERM, and the end at the latest after stopTimeout. */
export function reclaimTask(engine: Engine, task: TaskModel): void {
  if (task.desiredStatus === 'STOPPED') return;
  if (task.service !== undefined) engine.figures.noticed(task.service);
  markStopping(engine, task, 'SpotInterruption', 'Your Spot Task was interrupted.');
  if (engine.switches.ecsDeregistersOnSpot) deregister(engine, task);
  if (engine.switches.breakerCountsSpot) engine.turned(task, 'reclaimed');
  const { sigtermBeforeNoticeMs } = engine.switches;
  // SIGTERM in the past is for containers whose end is drawn; a real one gets it now, and the notice comes later.
  const isReal = task.container !== undefined;
  tell(engine, task, isReal ? sigtermBeforeNoticeMs : 0);
  terminate(engine, task, isReal ? 0 : -sigtermBeforeNoticeMs);
}

/** StopTask, scale-in or replacement: deregistered first, then SIGTERM. */
export function stopTask(engine: Engine, task: TaskModel, stopCode: string, stoppedReason: string): void {
  if (task.desiredStatus === 'STOPPED') return;
  const wasRunning = task.startedAtMs !== undefined;
  markStopping(engine, task, stopCode, stoppedReason);
  deregister(engine, task);
  if (wasRunning) become(engine, task, 'DEACTIVATING');
  else tell(engine, task);
  terminate(engine, task, wasRunning ? deregistrationMs : 0);
}

function markStopping(engine: Engine, task: TaskModel, stopCode: string, stoppedReason: string): void {
  task.desiredStatus = 'STOPPED';
  task.stopCode = stopCode;
  task.stoppedReason = stoppedReason;
  task.stoppingAtMs = engine.nowMs();
  task.version += 1;
  use(engine, task, -1);
  changed(engine, task);
}

function terminate(engine: Engine, task: TaskModel, sigtermAfterMs: number): void {
  const stopTimeoutMs = Math.max(
    0,
    ...task.taskDefinition.containers.map((container) => container.stopTimeoutMs ?? engine.switches.stopTimeoutMs),
  );
  if (task.container !== undefined) {
    engine.after(sigtermAfterMs, () => terminateContainer(engine, task, stopTimeoutMs));
    return;
  }
  const exitMs = engine.draw(engine.switches.exitAfterSigtermMs, `exit/${task.arn}`);
  const killed = exitMs > stopTimeoutMs;
  const endsInMs = Math.max(0, sigtermAfterMs + (task.startedAtMs === undefined ? 0 : Math.min(exitMs, stopTimeoutMs)));
  // A container that a runtime would have run has no exit code where it never ran; a drawn one always has.
  const isReal = engine.containers.runtime !== undefined || task.failure !== undefined;
  const neverRan = task.startedAtMs === undefined && isReal;
  engine.after(endsInMs, () => containersEnded(engine, task, neverRan ? undefined : killed ? exitCodeOfSigkill : 0));
}

/** SIGTERM, and SIGKILL after stopTimeout. */
function terminateContainer(engine: Engine, task: TaskModel, stopTimeoutMs: number): void {
  if (task.hasExited) return;
  task.container?.terminate();
  engine.after(stopTimeoutMs, () => {
    if (task.hasExited) return;
    task.hasExited = true;
    task.container?.kill();
    containersEnded(engine, task, exitCodeOfSigkill);
  });
}

/** A container that nobody told to stop takes its task with it. */
function containerExited(engine: Engine, task: TaskModel, exitCode: number): void {
  if (task.desiredStatus === 'RUNNING') {
    markStopping(engine, task, 'EssentialContainerExited', 'Essential container in task exited');
    engine.turned(task, 'exited');
  }
  containersEnded(engine, task, exitCode);
}

function containersEnded(engine: Engine, task: TaskModel, exitCode: number | undefined): void {
  task.serving = false;
  if (exitCode !== undefined) task.exitCode = exitCode;
  removeTask(engine, task);
  deregisterInstance(engine, task);
  become(engine, task, 'DEPROVISIONING');
  engine.after(deprovisioningMs, () => {
    task.stoppedAtMs = engine.nowMs();
    become(engine, task, 'STOPPED');
    task.service?.tasks.delete(task);
    task.service?.stoppedTasks.push(task);
    task.containerInstance?.tasks.delete(task);
  });
}

/** No new connections, and no longer found: load balancers let the old ones end, Cloud Map forgets at once. */
function deregister(engine: Engine, task: TaskModel): void {
  setTargetState(engine, task, 'draining');
  deregisterInstance(engine, task);
}

function become(engine: Engine, task: TaskModel, lastStatus: string): void {
  task.lastStatus = lastStatus;
  task.version += 1;
  tell(engine, task);
  changed(engine, task);
}

function tell(engine: Engine, task: TaskModel, laterMs = 0): void {
  if (engine.nowMs() < engine.toldFromMs) return;
  engine.emit(
    'ECS Task State Change',
    [task.arn],
    taskDetail(task, engine.nowMs(), engine.switches),
    task.arn,
    laterMs,
  );
}

function changed(engine: Engine, task: TaskModel): void {
  if (task.service === undefined) return;
  engine.figures.changed(task.service);
  engine.wake(task.service);
}

/** A provider's capacity is given back the moment it is taken away. */
function use(engine: Engine, task: TaskModel, by: 1 | -1): void {
  const { capacityProvider, launchType } = task;
  const kind = kindOf({ capacityProvider, launchType });
  engine.inUse.set(kind, (engine.inUse.get(kind) ?? 0) + by);
  if (kind === 'FARGATE') engine.onDemandVcpu.inUse += by * vcpuOf(task.taskDefinition);
}
