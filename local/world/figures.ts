import type { DeploymentModel, ServiceModel, TaskModel } from './model.ts';

/** The tag that joins a bridge to the service whose shortfall it covers. */
const bridgeOfTag = 'ballast:bridge-of';

/** What a service got over time, its bridge included. Task-seconds unless the name says otherwise. */
export interface GroupFigures {
  readonly wantedTaskSeconds: number;
  /** Wanted and not serving: not healthy yet, or its container has exited. */
  readonly belowDesiredTaskSeconds: number;
  readonly spotTaskSeconds: number;
  readonly onDemandTaskSeconds: number;
  /** The least number of tasks that served at any moment since the service was first whole. */
  readonly leastServing: number;
  readonly desired: number;
  readonly serving: number;
  /** From the first notice of each dip until as many healthy tasks stay as are desired. */
  readonly noticeToWholeMs: readonly number[];
  /** A dip that has not ended yet. */
  readonly openDipMs?: number;
  readonly bridgeDesired: number;
  readonly bridgeDesiredMax: number;
  readonly forcedDeployments: number;
  readonly launches: number;
}

type Count = Omit<Step, 'atMs' | 'missing' | 'lost' | 'staying'> & {
  /** Healthy tasks of both that nothing has told to stop. */
  readonly staying: number;
  readonly ownStaying: number;
};

/** The truth about a service and its bridge from a moment until the next step. */
export interface Step {
  readonly atMs: number;
  readonly desired: number;
  /** Healthy tasks of both, those under notice that still answer among them. */
  readonly serving: number;
  /** Healthy tasks of the service alone that nothing has told to stop. */
  readonly staying: number;
  /** What the service alone lacks: `max(0, desired − staying)`. */
  readonly missing: number;
  /** Tasks of the service that got a Spot notice since it last lacked nothing. */
  readonly lost: number;
  readonly spot: number;
  readonly onDemand: number;
  readonly bridgeDesired: number;
  /** Tasks of the bridge that are RUNNING and stay. */
  readonly bridgeRunning: number;
  /** Healthy ones among them. */
  readonly bridgeServing: number;
  /** Tasks of the service alone that are RUNNING and stay. */
  readonly running: number;
  /** Those that are on their way to RUNNING. */
  readonly starting: number;
  /** Healthy ones among them of the service's newest deployment. */
  readonly servingNewest: number;
  /** Tasks of the bridge, also starting ones, of the newest deployment's task definition. */
  readonly bridgeOfNewest: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Group {
  readonly members: Set<ServiceModel>;
  primary?: ServiceModel;
  lastMs: number;
  now: Count;
  lost: number;
  steps?: Step[];
  wantedMs: number;
  belowMs: number;
  spotMs: number;
  onDemandMs: number;
  leastServing: number;
  wholeOnce: boolean;
  dipSinceMs?: number;
  noticeToWholeMs: number[];
  bridgeDesiredMax: number;
  forcedDeployments: number;
}

export interface Figures {
  /** Call after every change of the service or one of its tasks. */
  changed(service: ServiceModel): void;
  noticed(service: ServiceModel): void;
  forced(service: ServiceModel): void;
  of(primaryArn: string): GroupFigures;
  /** Every change from now on, one step a moment; the list grows as the world goes on. */
  record(primaryArn: string): readonly Step[];
  /** Begins to count anew, from what is now. What is recorded stays. */
  reset(): void;
}

/** Exact integrals over time, updated at each change. */
export function createFigures(nowMs: () => number, spotProviders: ReadonlySet<string>): Figures {
  const groups = new Map<string, Group>();

  const groupOf = (service: ServiceModel): Group => {
    const key = service.tags.get(bridgeOfTag) ?? service.arn;
    let group = groups.get(key);
    if (group === undefined) {
      group = {
        members: new Set(),
        lastMs: nowMs(),
        now: countOf([], undefined, spotProviders),
        lost: 0,
        wantedMs: 0,
        belowMs: 0,
        spotMs: 0,
        onDemandMs: 0,
        leastServing: Number.POSITIVE_INFINITY,
        wholeOnce: false,
        noticeToWholeMs: [],
        bridgeDesiredMax: 0,
        forcedDeployments: 0,
      };
      groups.set(key, group);
    }
    group.members.add(service);
    if (service.arn === key) group.primary = service;
    return group;
  };

  const integrate = (group: Group): void => {
    const elapsedMs = nowMs() - group.lastMs;
    const { desired, serving, spot, onDemand } = group.now;
    group.wantedMs += desired * elapsedMs;
    if (group.wholeOnce) group.belowMs += Math.max(0, desired - serving) * elapsedMs;
    group.spotMs += spot * elapsedMs;
    group.onDemandMs += onDemand * elapsedMs;
    group.lastMs = nowMs();
  };

  const recount = (group: Group): void => {
    const counted = countOf(group.members, group.primary, spotProviders);
    group.now = counted;
    if (counted.ownStaying >= counted.desired) group.lost = 0;
    if (group.steps !== undefined) addStep(group.steps, stepOf(group, nowMs()));
    group.bridgeDesiredMax = Math.max(group.bridgeDesiredMax, counted.bridgeDesired);
    if (counted.serving >= counted.desired && counted.desired > 0) group.wholeOnce = true;
    if (group.wholeOnce) group.leastServing = Math.min(group.leastServing, counted.serving);
    if (group.dipSinceMs !== undefined && counted.staying >= counted.desired) {
      group.noticeToWholeMs.push(nowMs() - group.dipSinceMs);
      delete group.dipSinceMs;
    }
  };

  return {
    changed(service) {
      const group = groupOf(service);
      integrate(group);
      recount(group);
    },
    noticed(service) {
      const group = groupOf(service);
      group.dipSinceMs ??= nowMs();
      if (service === group.primary) group.lost += 1;
    },
    forced(service) {
      groupOf(service).forcedDeployments += 1;
    },
    record(primaryArn) {
      const group = groups.get(primaryArn);
      if (group === undefined) throw new Error(`no figures of ${primaryArn}`);
      group.steps ??= [stepOf(group, nowMs())];
      return group.steps;
    },
    reset() {
      for (const group of groups.values()) {
        integrate(group);
        group.wantedMs = 0;
        group.belowMs = 0;
        group.spotMs = 0;
        group.onDemandMs = 0;
        group.leastServing = group.now.serving;
        group.noticeToWholeMs = [];
        group.bridgeDesiredMax = group.now.bridgeDesired;
        group.forcedDeployments = 0;
        for (const member of group.members) member.launches = 0;
      }
    },
    of(primaryArn) {
      const group = groups.get(primaryArn);
      if (group === undefined) throw new Error(`no figures of ${primaryArn}`);
      integrate(group);
      const seconds = (ms: number) => Math.round(ms / 1000);
      return {
        wantedTaskSeconds: seconds(group.wantedMs),
        belowDesiredTaskSeconds: seconds(group.belowMs),
        spotTaskSeconds: seconds(group.spotMs),
        onDemandTaskSeconds: seconds(group.onDemandMs),
        leastServing: group.leastServing,
        desired: group.now.desired,
        serving: group.now.serving,
        noticeToWholeMs: group.noticeToWholeMs,
        ...(group.dipSinceMs === undefined ? {} : { openDipMs: nowMs() - group.dipSinceMs }),
        bridgeDesired: group.now.bridgeDesired,
        bridgeDesiredMax: group.bridgeDesiredMax,
        forcedDeployments: group.forcedDeployments,
        launches: [...group.members].reduce((sum, member) => sum + member.launches, 0),
      };
    },
  };
}

function countOf(
  members: Iterable<ServiceModel>,
  primary: ServiceModel | undefined,
  spotProviders: ReadonlySet<string>,
): Count {
  const count = {
    desired: primary?.desiredCount ?? 0,
    serving: 0,
    staying: 0,
    ownStaying: 0,
    spot: 0,
    onDemand: 0,
    bridgeDesired: 0,
    bridgeRunning: 0,
    bridgeServing: 0,
    running: 0,
    starting: 0,
    servingNewest: 0,
    bridgeOfNewest: 0,
  };
  const newest = primary?.deployments[0];
  // Tasks side by side have the same provider, nearly always.
  let provider: string | undefined;
  let isSpot = false;
  for (const member of members) {
    const isBridge = member !== primary;
    if (isBridge && member.status === 'ACTIVE') count.bridgeDesired += member.desiredCount;
    for (const task of member.tasks) {
      if (task.lastStatus === 'STOPPED') continue;
      const stays = task.desiredStatus === 'RUNNING';
      if (task.serving) count.serving += 1;
      if (task.serving && stays) count.staying += 1;
      if (task.capacityProvider !== provider) {
        provider = task.capacityProvider;
        isSpot = provider !== undefined && spotProviders.has(provider);
      }
      if (isBridge) countBridgeTask(count, task, newest);
      else countOwnTask(count, task, newest);
      if (isSpot) count.spot += 1;
      else count.onDemand += 1;
    }
  }
  return count;
}

function countOwnTask(count: Writable<Count>, task: TaskModel, newest?: DeploymentModel): void {
  if (task.desiredStatus !== 'RUNNING') return;
  if (task.lastStatus === 'RUNNING') count.running += 1;
  else count.starting += 1;
  if (!task.serving) return;
  count.ownStaying += 1;
  if (task.deploymentId === newest?.id) count.servingNewest += 1;
}

function countBridgeTask(count: Writable<Count>, task: TaskModel, newest?: DeploymentModel): void {
  if (task.desiredStatus !== 'RUNNING') return;
  if (task.lastStatus === 'RUNNING') count.bridgeRunning += 1;
  if (task.serving) count.bridgeServing += 1;
  if (task.taskDefinition === newest?.revision.taskDefinition) count.bridgeOfNewest += 1;
}

function stepOf({ now, lost }: Group, atMs: number): Step {
  return {
    atMs,
    desired: now.desired,
    serving: now.serving,
    staying: now.ownStaying,
    missing: Math.max(0, now.desired - now.ownStaying),
    lost,
    spot: now.spot,
    onDemand: now.onDemand,
    bridgeDesired: now.bridgeDesired,
    bridgeRunning: now.bridgeRunning,
    bridgeServing: now.bridgeServing,
    running: now.running,
    starting: now.starting,
    servingNewest: now.servingNewest,
    bridgeOfNewest: now.bridgeOfNewest,
  };
}

/** The last state of a moment counts. */
function addStep(steps: Step[], step: Step): void {
  const last = steps.at(-1);
  if (last?.atMs === step.atMs) steps[steps.length - 1] = step;
  else if (last === undefined || !sameState(last, step)) steps.push(step);
}

function sameState(left: Step, right: Step): boolean {
  return (
    left.desired === right.desired &&
    left.serving === right.serving &&
    left.staying === right.staying &&
    left.missing === right.missing &&
    left.lost === right.lost &&
    left.spot === right.spot &&
    left.onDemand === right.onDemand &&
    left.bridgeDesired === right.bridgeDesired &&
    left.bridgeRunning === right.bridgeRunning &&
    left.bridgeServing === right.bridgeServing &&
    left.running === right.running &&
    left.starting === right.starting &&
    left.servingNewest === right.servingNewest &&
    left.bridgeOfNewest === right.bridgeOfNewest
  );
}
