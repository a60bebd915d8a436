import type { ServiceModel } from './model.ts';

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

interface Group {
  readonly members: Set<ServiceModel>;
  primary?: ServiceModel;
  lastMs: number;
  now: { desired: number; serving: number; staying: number; spot: number; onDemand: number; bridgeDesired: number };
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
  /** Begins to count anew, from what is now. */
  reset(): void;
}

/** Exact integrals over time, updated at each change. */
export function createFigures(nowMs: () => number): Figures {
  const groups = new Map<string, Group>();

  const groupOf = (service: ServiceModel): Group => {
    const key = service.tags.get(bridgeOfTag) ?? service.arn;
    let group = groups.get(key);
    if (group === undefined) {
      group = {
        members: new Set(),
        lastMs: nowMs(),
        now: { desired: 0, serving: 0, staying: 0, spot: 0, onDemand: 0, bridgeDesired: 0 },
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
    const counted = {
      desired: group.primary?.desiredCount ?? 0,
      serving: 0,
      staying: 0,
      spot: 0,
      onDemand: 0,
      bridgeDesired: 0,
    };
    for (const member of group.members) {
      if (member !== group.primary) counted.bridgeDesired += member.status === 'ACTIVE' ? member.desiredCount : 0;
      for (const task of member.tasks) {
        if (task.lastStatus === 'STOPPED') continue;
        if (task.serving) counted.serving += 1;
        if (task.serving && task.desiredStatus === 'RUNNING') counted.staying += 1;
        if (task.capacityProvider === 'FARGATE_SPOT') counted.spot += 1;
        else counted.onDemand += 1;
      }
    }
    group.now = counted;
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
    },
    forced(service) {
      groupOf(service).forcedDeployments += 1;
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
