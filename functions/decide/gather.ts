import type { ServiceFacts } from '../../shared/decisions/service-facts.ts';
import { isSpotShort } from '../../shared/decisions/shortfall.ts';
import { healthyTasks } from '../../shared/decisions/targets.ts';
import type { Pace } from '../../shared/pace.ts';
import { type ServicePolicy, type StackPolicy, servicePolicy } from '../../shared/policy/policy.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { DecisionRequest } from '../../shared/ports/decisions.ts';
import type { Ecs, Service } from '../../shared/ports/ecs.ts';
import type { Fence, Fleet } from '../../shared/ports/ledger.ts';
import type { LoadBalancers } from '../../shared/ports/load-balancers.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import { type Considered, consider } from './considered.ts';
import { registeredTargets } from './registered-targets.ts';

export interface GatherDeps {
  readonly ecs: Pick<Ecs, 'describeServices' | 'listServiceTasks' | 'describeTasks' | 'describeContainerInstances'>;
  readonly loadBalancers: Pick<LoadBalancers, 'targetHealth'>;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, 'postponed'>;
  readonly stackPolicy: StackPolicy;
}

/** A service under its fence, with what the ledger knows. */
export interface Opened {
  readonly request: DecisionRequest;
  readonly fence: Fence;
  readonly ledger: ServiceFacts['ledger'];
}

/** What AWS answered, the error instead, or when it may be asked. */
export type Answer<T> = { readonly value: T } | { readonly error: unknown } | { readonly askAtMs: number };

/** The slot of a call that was put off is kept so long for whoever comes for it. */
const slotKeptMs = 60_000;
const servicesPerCall = 10;
const tasksPerPage = 100;
/** An empty bucket is full again after so long, whatever the share. */
const patienceMs = 5_000;

/** The calls that were put off may be made now. */
export function hasSlot({ control }: ServiceFacts['ledger'], nowMs: number): boolean {
  const { slotAtMs } = control;
  return slotAtMs !== undefined && slotAtMs <= nowMs && nowMs - slotAtMs < slotKeptMs;
}

/**
 * Primaries and bridges of a batch, ten to a DescribeServices. Cluster by cluster, so that the error of one is no
 * other's.
 */
export async function describeAll(
  deps: GatherDeps,
  opened: readonly Opened[],
): Promise<ReadonlyMap<string, Answer<Service[]>>> {
  const byCluster = new Map<string, string[]>();
  for (const { request, ledger } of opened) {
    const bridge = ledger.control.bridge?.serviceName;
    const names = byCluster.get(request.clusterArn) ?? [];
    names.push(request.serviceArn, ...(bridge === undefined ? [] : [bridge]));
    byCluster.set(request.clusterArn, names);
  }
  const answers = [...byCluster].map(async ([clusterArn, names]): Promise<[string, Answer<Service[]>]> => {
    const calls = Math.ceil(names.length / servicesPerCall);
    // No place in line is taken: who comes back for it is not known, and a place that nobody takes is a call lost.
    if (!deps.pace.take('service_read', calls)) return [clusterArn, { askAtMs: deps.clock.nowMs() + patienceMs }];
    return [
      clusterArn,
      await answerOf(() => deps.ecs.describeServices(names.map((service) => ({ clusterArn, service })))),
    ];
  });
  return new Map(await Promise.all(answers));
}

/** The facts of one service, and what is planned from them. ListTasks is spent only where its answer can be used. */
export async function gather(
  deps: GatherDeps,
  { request, fence, ledger }: Opened,
  services: readonly Service[],
  fleet: Fleet,
): Promise<Answer<Considered>> {
  const { clusterArn, serviceArn } = request;
  const nowMs = deps.clock.nowMs();
  const primary = services.find((service) => service.serviceArn === serviceArn);
  const bridgeName = ledger.control.bridge?.serviceName;
  const bridge = services.find((service) => service.clusterArn === clusterArn && service.serviceName === bridgeName);
  const facts: ServiceFacts = {
    serviceArn,
    clusterArn,
    ...(primary === undefined ? {} : { primary }),
    ...(bridge === undefined || bridge.status === 'INACTIVE' ? {} : { bridge }),
    listedTasks: 0,
    ledger: ofThisService(ledger, primary),
    paused: fleet.pausedAll || fleet.paused.has(serviceArn),
    returnAsked: fleet.returnAsked.has(serviceArn),
  };
  const considered = (all: ServiceFacts, estimated: boolean): Answer<Considered> => ({
    value: consider({ request, fence, facts: all, estimated }, deps.stackPolicy, nowMs),
  });
  if (primary?.status !== 'ACTIVE' || primary.desiredCount === 0) return considered(facts, false);

  const guess = { ...facts, listedTasks: estimatedTasks(primary, ledger) };
  if (!mayList(deps, consider({ request, fence, facts: guess, estimated: true }, deps.stackPolicy, nowMs), nowMs)) {
    return considered(guess, true);
  }
  const listed = await answerOf(() => deps.ecs.listServiceTasks({ clusterArn, service: primary.serviceName }));
  if (!('value' in listed)) return listed;
  const more = await answerOf(() => furtherFacts(deps, facts, primary, listed.value, nowMs));
  if (!('value' in more)) return more;
  return considered({ ...facts, listedTasks: listed.value.length, ...more.value }, false);
}

/** What was before the service was made happened to another one of its name. */
function ofThisService(ledger: ServiceFacts['ledger'], primary: Service | undefined): ServiceFacts['ledger'] {
  const { control } = ledger;
  const lastWholeAtMs = Math.max(control.lastWholeAtMs, primary?.createdAtMs ?? 0);
  return { ...ledger, control: { ...control, lastWholeAtMs } };
}

/** Reads are not spent where the write that they are for has to wait anyway. */
function mayList({ pace }: GatherDeps, guessed: Considered, nowMs: number): boolean {
  if (hasSlot(guessed.facts.ledger, nowMs)) return true;
  const writes = guessed.mode === 'act' ? guessed.plan.commands.length : 0;
  if (writes === 0 && guessed.plan.next.quietUntilMs !== undefined) return false;
  if (writes > 0 && !pace.has('service_modify', writes)) return false;
  const pages = Math.ceil((guessed.facts.primary?.desiredCount ?? 0) / tasksPerPage);
  return pace.take('cluster_resource_read', Math.max(1, pages));
}

/** Who stays by what DescribeServices and the events say; only good enough to know that something is to be done. */
function estimatedTasks(primary: Service, ledger: ServiceFacts['ledger']): number {
  const leaving = ledger.tasks.filter(
    (task) => task.spotStopAtMs !== undefined && task.lastStatus !== 'STOPPED' && task.ofBridge !== true,
  );
  return Math.max(0, primary.runningCount - leaving.length) + primary.pendingCount;
}

/** What only some services need: the mix of providers for a floor, the health of a new revision in a drought. */
async function furtherFacts(
  deps: GatherDeps,
  facts: ServiceFacts,
  primary: Service,
  taskArns: readonly string[],
  nowMs: number,
): Promise<Pick<ServiceFacts, 'onDemandRunning' | 'healthyOfNewest'>> {
  const outcome = servicePolicy(deps.stackPolicy, primary.tags);
  if (!outcome.ok || !outcome.policy.managed) return {};
  const { policy } = outcome;
  return {
    ...(policy.onDemandFloor > 0 ? { onDemandRunning: await onDemandRunning(deps, facts, policy, taskArns) } : {}),
    ...(mayHaveToFollow(facts, primary, policy) ? await newestHealth(deps, facts, primary, nowMs) : {}),
  };
}

/** Without target health the bridge stays at its revision; it grows all the same. */
async function newestHealth(
  deps: GatherDeps,
  facts: ServiceFacts,
  primary: Service,
  nowMs: number,
): Promise<Pick<ServiceFacts, 'healthyOfNewest'>> {
  const answer = await answerOf(() => healthyOfNewest(deps, facts, primary, nowMs));
  if ('value' in answer) return { healthyOfNewest: answer.value };
  if ('error' in answer) deps.telemetry.postponed(facts.serviceArn, 'target health is not known', answer.error);
  return {};
}

async function onDemandRunning(
  deps: GatherDeps,
  { clusterArn }: ServiceFacts,
  policy: ServicePolicy,
  taskArns: readonly string[],
): Promise<number> {
  const tasks = taskArns.length === 0 ? [] : await deps.ecs.describeTasks(clusterArn, taskArns);
  return tasks.filter((task) => task.capacityProviderName === policy.onDemandProvider && task.lastStatus === 'RUNNING')
    .length;
}

/** The bridge stands, and a new revision cannot come up because Spot is short. */
function mayHaveToFollow(facts: ServiceFacts, primary: Service, policy: ServicePolicy): boolean {
  return (facts.bridge?.desiredCount ?? 0) > 0 && primary.deployments.length > 1 && isSpotShort(facts, policy);
}

async function healthyOfNewest(
  deps: GatherDeps,
  facts: ServiceFacts,
  primary: Service,
  nowMs: number,
): Promise<number> {
  const newest = primary.deployments.find(({ status }) => status === 'PRIMARY');
  const tasks = facts.ledger.tasks.filter(
    (task) => task.deploymentId === newest?.id && task.lastStatus === 'RUNNING' && task.desiredStatus === 'RUNNING',
  );
  if (tasks.length === 0) return 0;
  const registered = await registeredTargets(deps, facts.clusterArn, { ...primary, serviceRegistries: [] }, tasks);
  return healthyTasks(tasks, registered, nowMs);
}

async function answerOf<T>(call: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await call() };
  } catch (error) {
    return { error };
  }
}
