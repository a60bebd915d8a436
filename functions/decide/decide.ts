import { answerTo, withSpotStops } from '../../shared/decisions/answer-to.ts';
import { isBridgeName } from '../../shared/decisions/bridge-request.ts';
import { type ControlState, initialControlState } from '../../shared/decisions/control-state.ts';
import type { AppliedCommand, DecisionRecord, Plan, Reason } from '../../shared/decisions/plan.ts';
import { observedOnly } from '../../shared/decisions/plan-service.ts';
import { factsSummary } from '../../shared/decisions/service-facts.ts';
import { liveNotices, taskId } from '../../shared/decisions/targets.ts';
import { RetryableError } from '../../shared/errors.ts';
import { nameOfArn } from '../../shared/events/arn.ts';
import type { DecisionRequest, Decisions } from '../../shared/ports/decisions.ts';
import type { Ecs } from '../../shared/ports/ecs.ts';
import type { Fleet, Ledger, StoredBudget } from '../../shared/ports/ledger.ts';
import type { Lasting, Telemetry } from '../../shared/ports/telemetry.ts';
import { type Afforded, afford, freeReturned, leftAfter } from './afford.ts';
import { type AnnounceDeps, announcer } from './announce.ts';
import { applyPlan } from './apply-plan.ts';
import type { Considered } from './considered.ts';
import { describeAll, type GatherDeps, gather, type Opened } from './gather.ts';
import { lasting } from './lasting.ts';
import { type ReleaseDeps, type Released, releaseTargets } from './release-targets.ts';
import { withinRate } from './within-rate.ts';

export interface DecideDeps extends GatherDeps, ReleaseDeps, AnnounceDeps {
  readonly ledger: Ledger;
  readonly ecs: Ecs;
  readonly loadBalancers: ReleaseDeps['loadBalancers'];
  readonly decisions: Pick<Decisions, 'askLater'>;
  readonly telemetry: Telemetry;
}

/** The fence outlives the function's timeout (10 s): who holds it is either working or dead. */
const fenceMs = 12_000;
/** When ECS did not answer, or a write failed. */
const retryMs = 10_000;
/** What AWS refuses is not tried again before this; doubles up to the maximum. */
const refusalMsMin = 60_000;
const refusalMsMax = 900_000;
/** SQS delays a message at most so long. */
const wakeMsMax = 900_000;

/**
 * Decides for up to ten services at once, each isolated from the others. What ECS does not answer is asked again
 * through the wake queue; only what the ledger or a queue did not take is reported back for redelivery.
 * @returns the ARNs of the services whose messages must be delivered again.
 */
export const decide = (deps: DecideDeps) => {
  const announce = announcer(deps);
  return async (requests: readonly DecisionRequest[]): Promise<ReadonlySet<string>> => {
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
    const fleet = await isolated('all services of the batch', () => deps.ledger.readFleet());
    if (fleet === undefined) return new Set(newest.map(({ serviceArn }) => serviceArn));

    const opened = await each(newest, (request) => isolated(request.serviceArn, () => open(deps, request)));
    const described = await describeAll(deps, opened);
    const gathered = await each(opened, (one) =>
      isolated(one.request.serviceArn, async () => {
        const services = described.get(one.request.clusterArn) ?? { value: [] };
        const answer = 'value' in services ? await gather(deps, one, services.value, fleet) : services;
        if ('value' in answer) return answer.value;
        await postpone(deps, one, answer);
        return undefined;
      }),
    );
    const nowMs = deps.clock.nowMs();
    const { batch, budget } = await affordAll(deps, gathered, fleet, nowMs, failed);
    const news: DecisionRecord[] = [];
    const returned = await each(withinRate(deps.pace, batch, nowMs), (one) =>
      isolated(one.request.serviceArn, async () => {
        const { applied, record } = await carryOut(deps, one, nowMs);
        if (record !== undefined) news.push(record);
        const left = budget === undefined ? undefined : leftAfter(budget, one.request.serviceArn, applied);
        // The next decision must not claim what this one is about to free.
        if (left !== undefined) return { ...one, left };
        await deps.ledger.releaseFence(one.fence);
        return undefined;
      }),
    );
    if (budget !== undefined) await freeAll(deps, returned, budget, failed);
    await announce(news);
    return failed;
  };
};

async function each<T, U>(items: readonly T[], work: (item: T) => Promise<U | undefined>): Promise<U[]> {
  return (await Promise.all(items.map(work))).filter((result) => result !== undefined) as U[];
}

/** @returns `undefined` when somebody else decides for the service, or nothing can be done before the wake to come. */
async function open(deps: DecideDeps, request: DecisionRequest): Promise<Opened | undefined> {
  const fence = await deps.ledger.takeFence(request.serviceArn, fenceMs);
  if (fence === undefined) {
    deps.telemetry.postponed(request.serviceArn, 'another decision is being made');
    await deps.decisions.askLater(request, retryMs);
    return undefined;
  }
  const stored = await deps.ledger.readService(request.serviceArn);
  const ledger = { ...stored, control: stored.control ?? initialControlState };
  const nowMs = deps.clock.nowMs();
  const answer = answerTo(request.cause, ledger, nowMs);
  if (answer === 'decide') return { request, fence, ledger };
  // Nothing can be written yet: it is asked for again when something can.
  if (answer !== 'covered') await deps.decisions.askLater(request, Math.max(1_000, answer.atMs - nowMs));
  await deps.ledger.releaseFence(fence);
  return undefined;
}

async function postpone(
  deps: DecideDeps,
  { request, fence }: Opened,
  why: { readonly error: unknown } | { readonly askAtMs: number },
): Promise<void> {
  const nowMs = deps.clock.nowMs();
  if ('error' in why) deps.telemetry.postponed(request.serviceArn, 'ECS did not answer', why.error);
  else deps.telemetry.postponed(request.serviceArn, 'the share of the ECS API rate is used up');
  await deps.decisions.askLater(request, 'error' in why ? retryMs : Math.max(1_000, why.askAtMs - nowMs));
  await deps.ledger.releaseFence(fence);
}

/** The budget is one item for all: without it nobody may grow, so its failure is everybody's. */
async function affordAll(
  deps: DecideDeps,
  batch: readonly Considered[],
  fleet: Fleet,
  nowMs: number,
  failed: Set<string>,
): Promise<Afforded> {
  try {
    return await afford(deps, batch, fleet, nowMs);
  } catch (error) {
    for (const { request } of batch) failed.add(request.serviceArn);
    deps.telemetry.postponed('all services of the batch', 'the ledger did not answer', error);
    return { batch: [] };
  }
}

/** What could not be freed is asked for again: the next decision finds that the bridge has become smaller. */
async function freeAll(
  deps: DecideDeps,
  returned: readonly (Considered & { readonly left: number })[],
  budget: StoredBudget,
  failed: Set<string>,
): Promise<void> {
  if (returned.length === 0) return;
  try {
    const left = new Map(returned.map((one) => [one.request.serviceArn, one.left]));
    if (!(await freeReturned(deps, left, budget))) throw new RetryableError('others have written the budget each time');
    await Promise.all(returned.map(({ fence }) => deps.ledger.releaseFence(fence)));
  } catch (error) {
    for (const { request } of returned) failed.add(request.serviceArn);
    deps.telemetry.postponed('services that have given back', 'the ledger did not answer', error);
  }
}

interface CarriedOut {
  readonly applied: readonly AppliedCommand[];
  /** Where it is not the same as the one before. */
  readonly record?: DecisionRecord;
}

/** The wake and the intention are kept before anything is written: after a crash the next decision finds both. */
async function carryOut(deps: DecideDeps, one: Considered, nowMs: number): Promise<CarriedOut> {
  const { request, fence, facts, plan, mode } = one;
  const nextWakeAtMs = await arrangeWake(deps, one, plan.wakeAtMs, nowMs);
  const planned = mode === 'act' ? plan.next : observedOnly(facts, plan);
  const { below, told } = lasting(one, planned, nowMs);
  const next: ControlState = {
    ...withBelow(withSpotStops(facts.ledger, planned), below),
    ...(nextWakeAtMs === undefined ? {} : { nextWakeAtMs }),
    ...registersIn(one),
  };
  let control = facts.ledger.control;
  const save = async (changed: ControlState, always = false): Promise<void> => {
    if (always || JSON.stringify(changed) !== JSON.stringify(control)) await deps.ledger.saveControl(fence, changed);
    control = changed;
  };
  // A bridge is forgotten when it is deleted, not before: whatever comes between, the next decision still finds it.
  const deletes = mode === 'act' && plan.commands.some(({ kind }) => kind === 'DeleteService');
  await save(deletes ? { ...next, ...bridgeIn(facts.ledger.control) } : next, deletes);
  const applied = await applyPlan(deps, plan, mode);
  const failure = applied.find(({ result }) => result === 'failed' || result === 'refused');
  if (deletes && failure === undefined) await save(next);
  if (failure !== undefined) {
    await save(withRefusal(withoutWrite(control, failure), facts.ledger.control, failure, nowMs));
    if (failure.throttled) deps.pace.emptied('service_modify');
    await deps.decisions.askLater({ ...request, cause: 'wake' }, failure.result === 'refused' ? refusalMsMin : retryMs);
  }
  const released = await releaseTargets(deps, one, deps.clock.nowMs());
  if (released !== undefined) await keepReleased(deps, one, released, control, save);
  const record = await tell(deps, one, [...applied, ...deferredOf(plan)], released, told, nowMs);
  return { applied, ...(record === undefined ? {} : { record }) };
}

/** @returns when the next wake comes. One that comes earlier asks again by itself. */
async function arrangeWake(
  deps: DecideDeps,
  { request, facts }: Considered,
  wakeAtMs: number | undefined,
  nowMs: number,
): Promise<number | undefined> {
  const { nextWakeAtMs } = facts.ledger.control;
  const isOnItsWay = nextWakeAtMs !== undefined && nextWakeAtMs > nowMs;
  if (wakeAtMs === undefined || (isOnItsWay && nextWakeAtMs <= wakeAtMs)) return isOnItsWay ? nextWakeAtMs : undefined;
  const delayMs = Math.min(wakeMsMax, Math.max(1_000, wakeAtMs - nowMs));
  await deps.decisions.askLater({ ...request, cause: 'wake' }, delayMs);
  return nowMs + delayMs;
}

/** Whether a notice of the service means targets to look after: so that no later notice is taken for quiet. */
function registersIn({ facts, outcome }: Considered): Pick<ControlState, 'registers'> {
  const { primary } = facts;
  const registers =
    primary !== undefined &&
    outcome.ok &&
    outcome.policy.deregister !== 'off' &&
    primary.loadBalancers.length + primary.serviceRegistries.length > 0;
  return registers ? { registers } : {};
}

function withBelow(control: ControlState, below: ControlState['below']): ControlState {
  if (below !== undefined) return { ...control, below };
  const { below: _over, ...rest } = control;
  return rest;
}

function bridgeIn({ bridge, windDownSinceMs }: ControlState): Partial<ControlState> {
  return {
    ...(bridge === undefined ? {} : { bridge }),
    ...(windDownSinceMs === undefined ? {} : { windDownSinceMs }),
  };
}

/** A call that got no answer may have been made all the same; what AWS refused or throttled was not. */
function withoutWrite(control: ControlState, { command, result, throttled }: AppliedCommand): ControlState {
  const wasNotMade = result === 'refused' || throttled === true;
  if (!wasNotMade || control.bridge?.desired === undefined || command.kind === 'DeleteService') return control;
  const { desired: _never, ...bridge } = control.bridge;
  return { ...control, bridge };
}

/** A refused deletion is no reason to hold growth: it is tried again by itself. */
function withRefusal(
  control: ControlState,
  before: ControlState,
  { command, result, error = '' }: AppliedCommand,
  nowMs: number,
): ControlState {
  if (result !== 'refused') return control;
  const isOfBridge = command.kind === 'CreateService' || ('service' in command && isBridgeName(command.service));
  if (!isOfBridge || command.kind === 'DeleteService') return control;
  const { provenAtMs: _notProven, ...rest } = control;
  const times = (before.refusal?.times ?? 0) + 1;
  const waitMs = Math.min(refusalMsMin * 2 ** (times - 1), refusalMsMax);
  return { ...rest, refusal: { atMs: nowMs, untilMs: nowMs + waitMs, times, error } };
}

async function keepReleased(
  deps: DecideDeps,
  one: Considered,
  { done, wakeAtMs }: Released,
  control: ControlState,
  save: (next: ControlState) => Promise<void>,
): Promise<void> {
  const nowMs = deps.clock.nowMs();
  const live = liveNotices(one.facts, nowMs).map(taskId);
  const deregistered = [...new Set([...(control.deregistered ?? []), ...done])].filter((id) => live.includes(id));
  if (wakeAtMs !== undefined) {
    await deps.decisions.askLater({ ...one.request, cause: 'wake' }, Math.max(1_000, wakeAtMs - nowMs));
  }
  if (one.mode === 'act' || done.length > 0) await save({ ...control, deregistered });
}

function deferredOf({ deferred = [] }: Plan): AppliedCommand[] {
  return deferred.map((command) => ({ command, result: 'deferred' }));
}

/** @returns the record, unless it only repeats the one before. */
async function tell(
  deps: DecideDeps,
  { request, facts, plan, mode }: Considered,
  applied: readonly AppliedCommand[],
  released: Released | undefined,
  lasts: Lasting,
  nowMs: number,
): Promise<DecisionRecord | undefined> {
  const record: DecisionRecord<Reason> = {
    serviceArn: request.serviceArn,
    reason: plan.reason,
    explanation: plan.explanation,
    cause: request.cause,
    mode,
    facts: factsSummary(facts),
    ...(plan.figures === undefined ? {} : { figures: plan.figures }),
    applied,
    ...(released === undefined ? {} : { targets: released.told }),
    sinceMs: nowMs,
    lastMs: nowMs,
    count: 1,
  };
  const outcome = await deps.ledger.recordDecision(record);
  deps.telemetry.decided(record, nameOfArn(request.clusterArn), lasts);
  return outcome === 'new' ? record : undefined;
}
