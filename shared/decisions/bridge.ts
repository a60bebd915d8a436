import type { ServicePolicy } from '../policy/policy.ts';
import type { Amount } from '../policy/values.ts';
import { bridgeOfTag } from '../ports/bridge-tag.ts';
import type { Service } from '../ports/ecs.ts';
import type { BridgeState, ControlState, ShortfallSample } from './control-state.ts';
import type { BridgeIneligible, Command, Plan, PlanFigures, Reason } from './plan.ts';
import type { ServiceFacts } from './service-facts.ts';
import { isWhole, lastTroubleAtMs, settledAtMs, shortfallFigures, withSample } from './shortfall.ts';

/** At most one write per bridge in this time. */
const bridgeWriteGapMs = 10_000;
/**
 * A return that would turn the direction waits until no turn was made for so long; together with the growth that may
 * answer it that is at most two turns in ten minutes.
 */
const bridgeTurnGapMs = 600_000;
/** DescribeServices may lag; a bridge that was just asked for and is not visible yet is not asked for again. */
const bridgeVisibleMs = 15_000;
/**
 * A reclaim of many tasks is told in many events over a few seconds. While ECS shows more missing than events have
 * told, so much is waited from the first notice for the rest: the next write is ten seconds away.
 */
const gatherMs = 3_000;
/** First wait after on-demand was found short; doubles up to the maximum. */
const onDemandBackoffMsMin = 60_000;
const onDemandBackoffMsMax = 900_000;
/** A bridge in use is looked at so often even when nothing is heard. */
const recheckMs = 60_000;

/** Every service of ours begins so; IAM allows creating and deleting no other name. */
export const bridgeNamePrefix = 'ballast-';

/** Why the service cannot have a bridge; `undefined` when it can. */
export function bridgeIneligibility(service: Service, policy: ServicePolicy): BridgeIneligible | undefined {
  if (service.deploymentController !== 'ECS') return 'deployment_controller';
  if (service.deploymentStrategy !== 'ROLLING') return 'deployment_strategy';
  if (service.schedulingStrategy !== 'REPLICA') return 'scheduling_strategy';
  if (service.maximumPercent <= 100 && !policy.allowOverlap) return 'no_overlap';
  if (service.loadBalancers.some((balancer) => balancer.loadBalancerName !== undefined)) return 'classic_load_balancer';
  return undefined;
}

/** The bridge covers exactly the shortfall, on demand, and is given back in steps once Spot is calm. */
export function planBridge(facts: ServiceFacts, primary: Service, policy: ServicePolicy, nowMs: number): Plan {
  const { control } = facts.ledger;
  const figures = shortfallFigures(facts, policy);
  const window = withSample(control.recentShortfalls, figures.shortfall, policy.returnAfterMs, nowMs);
  const whole = isWhole(facts, policy, nowMs);
  const cap = bridgeCap(policy.maxBridge, figures.wanted);
  const floorNeed = Math.max(0, policy.onDemandFloor - onDemandRunning(facts, policy));
  const bounded = (count: number) => Math.min(cap, Math.max(count, floorNeed));
  const current = facts.bridge?.desiredCount ?? 0;
  // What was needed within the window is not given back yet; what is needed now may be asked for at once.
  const target = bounded(figures.shortfall);
  const kept = bounded(Math.max(figures.shortfall, window[0]?.count ?? 0));
  const base: ControlState = {
    ...withoutLatch(control),
    recentShortfalls: window,
    ...(figures.shortfall > 0 || current > 0 ? { wantedLatched: figures.wanted } : {}),
    ...(whole ? { lastWholeAtMs: settledAtMs(control, policy, nowMs) } : {}),
  };
  const step: Step = {
    facts,
    primary,
    policy,
    nowMs,
    figures: { ...figures, bridgeDesired: current },
    base,
    current,
    target,
    kept,
    cap,
  };
  if (target > current) return onDemandShortage(step) ?? grow(step);
  if (kept < current) return giveBack(step);
  if (control.bridge !== undefined && current === 0) return idle(step, control.bridge);
  if (current > 0) return onDemandShortage(step) ?? keep(step, window);
  return hold(step, 'steady', `${figures.staying} of ${figures.wanted} tasks stay, none is missing because of Spot`);
}

interface Step {
  readonly facts: ServiceFacts;
  readonly primary: Service;
  readonly policy: ServicePolicy;
  readonly nowMs: number;
  readonly figures: PlanFigures;
  readonly base: ControlState;
  readonly current: number;
  readonly target: number;
  readonly kept: number;
  readonly cap: number;
}

function grow(step: Step): Plan {
  const { facts, nowMs, current, target, figures } = step;
  const { control } = facts.ledger;
  const gapMs = facts.bridge === undefined ? bridgeVisibleMs : bridgeWriteGapMs;
  const readyAtMs = control.bridge === undefined ? nowMs : control.bridge.lastWriteAtMs + gapMs;
  if (readyAtMs > nowMs) {
    const waitS = Math.ceil((readyAtMs - nowMs) / 1000);
    return hold(
      step,
      'bridge_write_too_soon',
      `the bridge may be written again in ${waitS} s: ${current} → ${target}`,
      readyAtMs,
    );
  }
  const gatheredAtMs = firstRecentStopAtMs(facts, nowMs) + gatherMs;
  if (gatheredAtMs > nowMs && figures.wanted - figures.staying > figures.shortfall && target < step.cap) {
    const told = `${figures.shortfall} of ${figures.wanted - figures.staying} missing tasks are told of`;
    return hold(step, 'gathering_notices', `${told}, the others' notices may be on their way`, gatheredAtMs);
  }
  const explanation =
    `${figures.shortfall} of ${figures.wanted} wanted tasks are missing because of Spot ` +
    `(${figures.lost} reclaimed, ${figures.unplaceable} not placeable): bridge ${current} → ${target}`;
  const reason: Reason = target === step.cap && figures.shortfall > step.cap ? 'bridge_at_cap' : 'bridge_grown';
  const turned = control.bridge?.direction === 'returning';
  const state = (serviceName: string, createdAtMs: number): BridgeState => ({
    serviceName,
    createdAtMs,
    lastWriteAtMs: nowMs,
    direction: 'growing',
    ...turnedAt(control.bridge, turned, nowMs),
  });
  if (facts.bridge !== undefined && facts.bridge.status === 'ACTIVE') {
    const command: Command = {
      kind: 'UpdateService.desiredCount',
      clusterArn: facts.clusterArn,
      service: facts.bridge.serviceName,
      from: current,
      to: target,
    };
    const bridge = state(facts.bridge.serviceName, control.bridge?.createdAtMs ?? nowMs);
    return plan(step, reason, explanation, [command], { bridge }, target);
  }
  // A generation that ECS does not show was never made (a crash before the call) and may be made now; a name that is
  // draining or inactive is used up.
  const reuse = control.bridge !== undefined && facts.bridge === undefined;
  const bridgeGeneration = reuse ? control.bridgeGeneration : control.bridgeGeneration + 1;
  const serviceName = bridgeName(step.primary.serviceName, bridgeGeneration);
  const command: Command = { kind: 'CreateService', request: createBridge(step, serviceName, bridgeGeneration) };
  return plan(step, reason, explanation, [command], { bridge: state(serviceName, nowMs), bridgeGeneration }, target);
}

/** When the reclaim that is being told of began: the first Spot stop of the last seconds. */
function firstRecentStopAtMs(facts: ServiceFacts, nowMs: number): number {
  const recent = facts.ledger.tasks.flatMap(({ spotStopAtMs }) =>
    spotStopAtMs !== undefined && nowMs - spotStopAtMs < bridgeWriteGapMs ? [spotStopAtMs] : [],
  );
  return recent.length === 0 ? 0 : Math.min(...recent);
}

/** The bridge covers what is or was short a moment ago; looked at again when the oldest need leaves the window. */
function keep(step: Step, window: readonly ShortfallSample[]): Plan {
  const { current, figures, nowMs, policy } = step;
  const oldest = window[0];
  const wakeAtMs =
    oldest === undefined || window.length === 1
      ? nowMs + recheckMs
      : Math.max(nowMs + 1_000, oldest.atMs + policy.returnAfterMs);
  const cause = figures.shortfall > 0 ? `cover a shortfall of ${figures.shortfall}` : 'stay until Spot has been calm';
  return hold(step, 'bridge_held', `${current} on-demand tasks ${cause}`, wakeAtMs);
}

/** On-demand has none to give: hold, tell, try again later; nothing else is stacked on top. */
function onDemandShortage(step: Step): Plan | undefined {
  const { facts, nowMs, base } = step;
  const { control } = facts.ledger;
  const failedAtMs = facts.ledger.signals.on_demand_placement_failure?.atMs ?? 0;
  const lastStartAtMs = facts.ledger.tasks.reduce(
    (latest, task) =>
      task.capacityProviderName === step.policy.onDemandProvider ? Math.max(latest, task.startedAtMs ?? 0) : latest,
    0,
  );
  const until = control.onDemandShortUntilMs ?? 0;
  const waiting = step.target > step.current || (facts.bridge?.runningCount ?? 0) < step.current;
  const isShort = waiting && failedAtMs > lastStartAtMs && failedAtMs > (control.bridge?.createdAtMs ?? nowMs);
  if (!isShort || (until > 0 && until <= nowMs && nowMs - failedAtMs > onDemandBackoffMsMin)) return undefined;
  const times = until > nowMs ? (control.onDemandShortTimes ?? 1) : (control.onDemandShortTimes ?? 0) + 1;
  const waitMs = Math.min(onDemandBackoffMsMin * 2 ** (times - 1), onDemandBackoffMsMax);
  const untilMs = until > nowMs ? until : nowMs + waitMs;
  const explanation =
    `on-demand capacity is short too: the bridge stays at ${step.current} of ${step.target}, ` +
    `ECS keeps trying; Ballast looks again in ${Math.ceil((untilMs - nowMs) / 1000)} s`;
  return {
    reason: 'on_demand_shortage',
    explanation,
    commands: [],
    next: { ...base, onDemandShortUntilMs: untilMs, onDemandShortTimes: times },
    wakeAtMs: untilMs,
    figures: step.figures,
  };
}

function giveBack(step: Step): Plan {
  const { facts, nowMs, current, kept, policy } = step;
  const bridge = facts.ledger.control.bridge;
  const lastWriteAtMs = bridge?.lastWriteAtMs ?? 0;
  const readyAtMs =
    bridge?.direction === 'growing' && bridge.turnedAtMs !== undefined
      ? Math.max(lastWriteAtMs + bridgeWriteGapMs, bridge.turnedAtMs + bridgeTurnGapMs)
      : lastWriteAtMs + bridgeWriteGapMs;
  if (readyAtMs > nowMs) {
    return hold(step, 'bridge_write_too_soon', `${current - kept} can be returned shortly`, readyAtMs);
  }
  // Nobody wants the service to run: nothing has to follow step by step.
  const nobodyWantsIt = step.primary.desiredCount === 0;
  const share = nobodyWantsIt ? current : Math.max(1, Math.floor((current * policy.returnStepPercent) / 100));
  const to = Math.max(kept, current - share);
  const explanation = `Spot has been calm for ${Math.round((nowMs - lastTroubleAtMs(facts)) / 1000)} s: bridge ${current} → ${to}`;
  const turned = bridge?.direction === 'growing';
  const next: BridgeState = {
    serviceName: facts.bridge?.serviceName ?? bridge?.serviceName ?? '',
    createdAtMs: bridge?.createdAtMs ?? nowMs,
    lastWriteAtMs: nowMs,
    direction: 'returning',
    ...turnedAt(bridge, turned, nowMs),
    ...(to === 0 ? { idleSinceMs: nowMs } : {}),
  };
  const command: Command = {
    kind: 'UpdateService.desiredCount',
    clusterArn: facts.clusterArn,
    service: next.serviceName,
    from: current,
    to,
  };
  return plan(step, 'bridge_returned', explanation, [command], { bridge: next }, to);
}

/** A bridge at zero costs nothing, and creating one takes a call in a storm: it is kept for a while. */
function idle(step: Step, bridge: BridgeState): Plan {
  const { facts, nowMs, policy, base } = step;
  if (facts.bridge === undefined) {
    if (nowMs - bridge.lastWriteAtMs < bridgeVisibleMs) {
      return hold(step, 'bridge_held', 'the bridge is not visible yet', bridge.lastWriteAtMs + bridgeVisibleMs);
    }
    const { bridge: _gone, ...rest } = base;
    return { ...hold(step, 'steady', 'the bridge is gone'), next: rest };
  }
  const idleSinceMs = bridge.idleSinceMs ?? nowMs;
  const deleteAtMs = idleSinceMs + policy.idleBridgeMs;
  if (facts.bridge.status !== 'ACTIVE') {
    const { bridge: _deleted, ...rest } = base;
    return { ...hold(step, 'steady', `the bridge is ${facts.bridge.status}`), next: rest };
  }
  if (nowMs < deleteAtMs) {
    const next = { ...base, bridge: { ...bridge, idleSinceMs } };
    return {
      ...hold(step, 'bridge_idle', 'the bridge is at 0 and is kept in case Spot fails again', deleteAtMs),
      next,
    };
  }
  const { bridge: _deleted, ...rest } = base;
  return {
    ...hold(step, 'bridge_deleted', `the bridge has been at 0 for ${Math.round((nowMs - idleSinceMs) / 1000)} s`),
    commands: [{ kind: 'DeleteService', clusterArn: facts.clusterArn, service: facts.bridge.serviceName }],
    next: rest,
  };
}

/**
 * A service that is no longer ours to act for, while its bridge still stands: the bridge is given back as always, but
 * never grown.
 */
export function planWindDown(facts: ServiceFacts, primary: Service, policy: ServicePolicy, nowMs: number): Plan {
  const maxBridge = { count: facts.bridge?.desiredCount ?? 0 };
  return planBridge(facts, primary, { ...policy, maxBridge, onDemandFloor: 0 }, nowMs);
}

/** Deletes what is left of a bridge whose primary is gone, so that its cluster can be destroyed. */
export function planGone(facts: ServiceFacts): Plan {
  const { bridge: _bridge, strategy: _strategy, wantedLatched: _latch, ...rest } = facts.ledger.control;
  const { bridge, clusterArn } = facts;
  const target = bridge?.status === 'ACTIVE' ? bridge : undefined;
  const commands: Command[] =
    target === undefined
      ? []
      : [
          ...(target.desiredCount > 0 ? [zero(clusterArn, target)] : []),
          { kind: 'DeleteService', clusterArn, service: target.serviceName },
        ];
  return {
    reason: 'service_gone',
    explanation: 'the service does not exist any more',
    commands,
    next: { ...rest, recentShortfalls: [] },
  };
}

function zero(clusterArn: string, bridge: Service): Command {
  return {
    kind: 'UpdateService.desiredCount',
    clusterArn,
    service: bridge.serviceName,
    from: bridge.desiredCount,
    to: 0,
  };
}

function hold(step: Step, reason: Reason, explanation: string, wakeAtMs?: number): Plan {
  return {
    reason,
    explanation,
    commands: [],
    next: step.base,
    figures: step.figures,
    ...(wakeAtMs === undefined ? {} : { wakeAtMs }),
  };
}

function plan(
  step: Step,
  reason: Reason,
  explanation: string,
  commands: readonly Command[],
  changed: Pick<ControlState, 'bridge'> & Partial<Pick<ControlState, 'bridgeGeneration'>>,
  bridgeDesired: number,
): Plan {
  const { onDemandShortUntilMs: _until, onDemandShortTimes: _times, ...base } = step.base;
  return {
    reason,
    explanation,
    commands,
    next: { ...base, ...changed },
    wakeAtMs: step.nowMs + bridgeWriteGapMs,
    figures: { ...step.figures, bridgeDesired },
  };
}

function bridgeCap(maxBridge: Amount, wanted: number): number {
  return 'count' in maxBridge ? maxBridge.count : Math.ceil((wanted * maxBridge.percent) / 100);
}

/** Tasks of the primary itself that run on demand, by its own strategy. */
function onDemandRunning(facts: ServiceFacts, policy: ServicePolicy): number {
  return facts.ledger.tasks.filter(
    (task) =>
      task.ofBridge !== true && task.capacityProviderName === policy.onDemandProvider && task.lastStatus === 'RUNNING',
  ).length;
}

function bridgeName(primaryName: string, generation: number): string {
  return `${bridgeNamePrefix}${primaryName.slice(0, 200)}-g${generation}`;
}

function createBridge(step: Step, serviceName: string, generation: number) {
  const { primary, policy, facts, target } = step;
  return {
    clusterArn: facts.clusterArn,
    serviceName,
    desiredCount: target,
    // A deployment in progress may be the failing one: the bridge follows what was last completed.
    taskDefinition: completedTaskDefinition(primary),
    loadBalancers: primary.loadBalancers,
    serviceRegistries: primary.serviceRegistries,
    ...(primary.platformVersion === undefined ? {} : { platformVersion: primary.platformVersion }),
    ...(primary.awsvpcConfiguration === undefined ? {} : { awsvpcConfiguration: primary.awsvpcConfiguration }),
    ...(primary.healthCheckGracePeriodSeconds === undefined
      ? {}
      : { healthCheckGracePeriodSeconds: primary.healthCheckGracePeriodSeconds }),
    ...(primary.enableExecuteCommand === undefined ? {} : { enableExecuteCommand: primary.enableExecuteCommand }),
    capacityProviderStrategy: [{ capacityProvider: policy.onDemandProvider, weight: 1 }],
    tags: { [bridgeOfTag]: facts.serviceArn },
    clientToken: `ballast-${generation}-${Math.floor(step.nowMs / 1000)}`.slice(0, 36),
  };
}

function completedTaskDefinition(primary: Service): string {
  const completed = primary.deployments.find((deployment) => deployment.rolloutState === 'COMPLETED');
  const previous = primary.deployments.find((deployment) => deployment.status === 'ACTIVE');
  return completed?.taskDefinition ?? previous?.taskDefinition ?? primary.taskDefinition;
}

function turnedAt(bridge: BridgeState | undefined, turned: boolean, nowMs: number): { turnedAtMs?: number } {
  const turnedAtMs = turned ? nowMs : bridge?.turnedAtMs;
  return turnedAtMs === undefined ? {} : { turnedAtMs };
}

function withoutLatch(control: ControlState): ControlState {
  const { wantedLatched: _latch, ...rest } = control;
  return rest;
}
