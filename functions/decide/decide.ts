import { initialControlState } from '../../shared/decisions/control-state.ts';
import type { Plan } from '../../shared/decisions/plan.ts';
import { observedOnly, planService } from '../../shared/decisions/plan-service.ts';
import type { ServiceFacts } from '../../shared/decisions/service-facts.ts';
import { nameOfArn } from '../../shared/events/arn.ts';
import { type PolicyOutcome, type StackPolicy, servicePolicy } from '../../shared/policy/policy.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { DecisionRequest, Decisions } from '../../shared/ports/decisions.ts';
import type { Ecs, Service } from '../../shared/ports/ecs.ts';
import type { Fence, Ledger } from '../../shared/ports/ledger.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import { applyPlan } from './apply-plan.ts';

export interface DecideDeps {
  readonly ledger: Ledger;
  readonly ecs: Ecs;
  readonly decisions: Pick<Decisions, 'askLater'>;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly stackPolicy: StackPolicy;
}

/** The fence outlives the function's timeout (10 s): who holds it is either working or dead. */
const fenceMs = 12_000;
/** When ECS did not answer or refused a write. */
const retryMs = 10_000;

/**
 * Decides for up to ten services at once, each isolated from the others. What ECS does not answer is asked again
 * through the wake queue; only what the ledger or a queue did not take is reported back for redelivery.
 * @returns the ARNs of the services whose messages must be delivered again.
 */
export const decide =
  (deps: DecideDeps) =>
  async (requests: readonly DecisionRequest[]): Promise<ReadonlySet<string>> => {
    const failed = new Set<string>();
    const isolated = async <T>(serviceArn: string, work: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await work();
      } catch (error) {
        deps.telemetry.postponed(serviceArn, 'the ledger or a queue did not answer', error);
        failed.add(serviceArn);
        return undefined;
      }
    };
    const newest = [...new Map(requests.map((request) => [request.serviceArn, request])).values()];
    const opened = await Promise.all(newest.map((request) => isolated(request.serviceArn, () => open(deps, request))));
    const cases = opened.filter((one) => one !== undefined);
    const described = await describe(deps, cases);
    await Promise.all(cases.map((one) => isolated(one.request.serviceArn, () => settle(deps, one, described))));
    return failed;
  };

/** A service under its fence, with what the ledger knows. */
interface Case {
  readonly request: DecisionRequest;
  readonly fence: Fence;
  readonly ledger: ServiceFacts['ledger'];
  readonly paused: boolean;
}

/** What ECS answered, or the error instead. */
type Answer<T> = { readonly value: T } | { readonly error: unknown };

async function answerOf<T>(call: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await call() };
  } catch (error) {
    return { error };
  }
}

async function open(deps: DecideDeps, request: DecisionRequest): Promise<Case | undefined> {
  const fence = await deps.ledger.takeFence(request.serviceArn, fenceMs);
  if (fence === undefined) {
    deps.telemetry.postponed(request.serviceArn, 'another decision is being made');
    await deps.decisions.askLater(request, retryMs);
    return undefined;
  }
  const [stored, paused] = await Promise.all([
    deps.ledger.readService(request.serviceArn),
    deps.ledger.isPaused(request.serviceArn),
  ]);
  return { request, fence, ledger: { ...stored, control: stored.control ?? initialControlState }, paused };
}

/** All primaries and bridges of the batch together, so that ten share one DescribeServices. */
function describe(deps: DecideDeps, cases: readonly Case[]): Promise<Answer<Service[]>> {
  const refs = cases.flatMap(({ request: { clusterArn, serviceArn }, ledger }) => {
    const bridge = ledger.control.bridge?.serviceName;
    return [{ clusterArn, service: serviceArn }, ...(bridge === undefined ? [] : [{ clusterArn, service: bridge }])];
  });
  return answerOf(async () => (refs.length === 0 ? [] : deps.ecs.describeServices(refs)));
}

async function settle(deps: DecideDeps, one: Case, described: Answer<Service[]>): Promise<void> {
  const facts = 'error' in described ? described : await gather(deps, one, described.value);
  if ('error' in facts) {
    deps.telemetry.postponed(one.request.serviceArn, 'ECS did not answer', facts.error);
    await deps.decisions.askLater(one.request, retryMs);
  } else {
    await decideOne(deps, one, facts.value);
  }
  await deps.ledger.releaseFence(one.fence);
}

async function gather(deps: DecideDeps, one: Case, services: readonly Service[]): Promise<Answer<ServiceFacts>> {
  const { clusterArn, serviceArn } = one.request;
  const primary = services.find((service) => service.serviceArn === serviceArn);
  const bridgeName = one.ledger.control.bridge?.serviceName;
  const bridge = services.find((service) => service.clusterArn === clusterArn && service.serviceName === bridgeName);
  const listed = await answerOf(async () =>
    primary?.status === 'ACTIVE' && primary.desiredCount > 0
      ? deps.ecs.listServiceTasks({ clusterArn, service: primary.serviceName })
      : [],
  );
  if ('error' in listed) return listed;
  return {
    value: {
      serviceArn,
      clusterArn,
      ...(primary === undefined ? {} : { primary }),
      ...(bridge === undefined || bridge.status === 'INACTIVE' ? {} : { bridge }),
      listedTasks: listed.value.length,
      ledger: one.ledger,
      paused: one.paused,
    },
  };
}

async function decideOne(deps: DecideDeps, one: Case, facts: ServiceFacts): Promise<void> {
  const { request, fence } = one;
  const outcome = servicePolicy(deps.stackPolicy, facts.primary?.tags ?? {});
  const nowMs = deps.clock.nowMs();
  const plan = planService(facts, outcome, nowMs);
  const mode = modeOf(outcome, facts, plan);
  const next = mode === 'act' ? plan.next : observedOnly(facts, plan);
  // The intention is kept before it is carried out: after a crash the next decision finds it.
  if (JSON.stringify(next) !== JSON.stringify(facts.ledger.control)) await deps.ledger.saveControl(fence, next);
  const applied = await applyPlan(deps, plan, mode);
  const record = {
    serviceArn: request.serviceArn,
    reason: plan.reason,
    explanation: plan.explanation,
    cause: request.cause,
    mode,
    ...(plan.figures === undefined ? {} : { figures: plan.figures }),
    applied,
    sinceMs: nowMs,
    lastMs: nowMs,
    count: 1,
  };
  await deps.ledger.recordDecision(record);
  deps.telemetry.decided(record, nameOfArn(request.clusterArn));
  const refused = applied.some((entry) => entry.result === 'failed');
  const wakeAtMs = refused ? Math.min(plan.wakeAtMs ?? Number.POSITIVE_INFINITY, nowMs + retryMs) : plan.wakeAtMs;
  if (wakeAtMs !== undefined)
    await deps.decisions.askLater({ ...request, cause: 'wake' }, Math.max(1_000, wakeAtMs - nowMs));
}

/** What stands and is ours is taken down also where the service is gone or has withdrawn. */
function modeOf(outcome: PolicyOutcome, facts: ServiceFacts, plan: Plan): 'act' | 'observe' {
  if (plan.reason === 'service_gone' || facts.bridge !== undefined) return 'act';
  return outcome.ok && outcome.policy.managed ? outcome.policy.mode : 'observe';
}
