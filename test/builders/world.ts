import { createCluster, createService, network, type ServiceSetup } from '../../local/scenarios/stage.ts';
import type { Switches } from '../../local/world/switches.ts';
import { createWorld, type EventBridgeEvent, type World } from '../../local/world/world.ts';

/** 2026-01-05T09:00:00Z. */
export const startMs = 1_767_603_600_000;

/**
 * Nothing is left to chance: PENDING 9 s, ACTIVATING 36 s, RUNNING 45 s and healthy 60 s after the launch; the
 * container ends 10 s after SIGTERM; events arrive at once. The scheduler looks one second after each change, so a new
 * service's tasks are launched at 1 s, healthy at 61 s, and the service is steady at 62 s.
 */
const exactTimes: Partial<Switches> = {
  eventLagMs: [0, 0],
  exitAfterSigtermMs: [10_000, 10_000],
  launchToHealthyMs: [60_000, 60_000],
  throttling: false,
};

interface SeenEvent {
  /** Seconds since the start at which it arrived. */
  readonly atSeconds: number;
  readonly event: EventBridgeEvent;
}

/** A world with the cluster `main`, and everything that it told. */
export interface Stage {
  readonly world: World;
  readonly clusterArn: string;
  readonly seen: readonly SeenEvent[];
  ecs(action: string, input?: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** Turns the clock to so many seconds after the start. */
  until(seconds: number): void;
  /** @returns the service's ARN. */
  service(setup?: Partial<ServiceSetup>): string;
}

export function aStage(options: { readonly seed?: number; readonly switches?: Partial<Switches> } = {}): Stage {
  const world = createWorld({ seed: options.seed ?? 1, startMs, switches: { ...exactTimes, ...options.switches } });
  const clusterArn = createCluster(world, 'main');
  const seen: SeenEvent[] = [];
  world.onEvent((event) => seen.push({ atSeconds: (world.nowMs - startMs) / 1000, event }));
  return {
    world,
    clusterArn,
    seen,
    ecs: (action, input = {}) => world.call('ecs', action, { cluster: 'main', ...input }),
    until: (seconds) => world.advanceTo(startMs + seconds * 1000),
    service: (setup = {}) => createService(world, clusterArn, { name: 'web', desiredCount: 2, ...setup }),
  };
}

/** The task definition `job`: one container of that name on Fargate, and what is added or put in its place. */
export function registerJob(
  stage: Stage,
  members: Readonly<Record<string, unknown>> = {},
  container: Readonly<Record<string, unknown>> = {},
): void {
  stage.world.call('ecs', 'RegisterTaskDefinition', {
    family: 'job',
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    containerDefinitions: [{ name: 'job', image: 'registry/job:1', ...container }],
    ...members,
  });
}

/** RunTask of `job` on Spot, as asked besides. */
export function runJob(stage: Stage, input: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return stage.ecs('RunTask', {
    taskDefinition: 'job',
    capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    networkConfiguration: network,
    ...input,
  });
}

/** A standalone task on Spot that was just launched. @returns its ARN. */
export function aJob(stage: Stage, input: Readonly<Record<string, unknown>> = {}): string {
  return String(pick(runJob(stage, input), 'tasks', 0, 'taskArn'));
}

/** As DescribeTasks shows it, tags included. */
export function describedTask(stage: Stage, task: string): unknown {
  return pick(stage.ecs('DescribeTasks', { tasks: [task], include: ['TAGS'] }), 'tasks', 0);
}

/** What stands at a path of an answer or event. */
export function pick(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((part, step) => {
    if (Array.isArray(part)) return part[Number(step)];
    // Only own members: a typing error in a test should not find `constructor`.
    return typeof part === 'object' && part !== null ? Object.getOwnPropertyDescriptor(part, step)?.value : undefined;
  }, value);
}

/** A member of an answer that has to be a list. */
export function listOf(answer: unknown, member: string): readonly unknown[] {
  const value = pick(answer, member);
  if (!Array.isArray(value)) throw new Error(`${member} is no list`);
  return value;
}

/** The ARNs of the cluster's tasks that ListTasks shows. */
export function taskArns(stage: Stage, input: Readonly<Record<string, unknown>> = {}): string[] {
  return listOf(stage.ecs('ListTasks', input), 'taskArns').map(String);
}

/** The tasks that ListTasks shows, as DescribeTasks shows them. */
export function tasksOf(stage: Stage, input: Readonly<Record<string, unknown>> = {}): readonly unknown[] {
  const tasks = taskArns(stage, input);
  return tasks.length === 0 ? [] : listOf(stage.ecs('DescribeTasks', { tasks }), 'tasks');
}

export function describedService(stage: Stage, name = 'web'): unknown {
  return pick(stage.ecs('DescribeServices', { services: [name] }), 'services', 0);
}

/** The task's events in order of arrival. */
export function eventsOfTask({ seen }: Stage, taskArn: string): readonly SeenEvent[] {
  return seen.filter(({ event }) => event.detail.taskArn === taskArn);
}

/** The first of them that says so; a test that needs it fails without. */
export function first<T>(items: readonly T[]): T {
  const item = items[0];
  if (item === undefined) throw new Error('there is none');
  return item;
}

/** What a call throws, as the SDK would raise it. */
export function refusal(call: () => unknown): { readonly name: string; readonly message: string } {
  try {
    call();
  } catch (error) {
    if (error instanceof Error) return { name: error.name, message: error.message };
    throw error;
  }
  throw new Error('the call was not refused');
}
