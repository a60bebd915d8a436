import { isCalmSlice } from '../../../functions/reconcile/calm-slice.ts';
import { answerTo, withSpotStops } from '../../../shared/decisions/answer-to.ts';
import { initialControlState } from '../../../shared/decisions/control-state.ts';
import type { Command } from '../../../shared/decisions/plan.ts';
import { planService } from '../../../shared/decisions/plan-service.ts';
import { InvariantError } from '../../../shared/errors.ts';
import { serviceArnOf } from '../../../shared/events/arn.ts';
import type { ServicePolicy } from '../../../shared/policy/policy.ts';
import type { Cause } from '../../../shared/ports/decisions.ts';
import type { Engine } from '../engine.ts';
import { runningOf } from '../model.ts';
import type { ReplayPolicy } from '../policy.ts';
import { reactionMs } from '../settings.ts';
import { createCompanion, deleteCompanion, forceStrategy, rollBack, setDesiredCount } from '../writes.ts';
import { clusterArn, factsOf } from './ballast-facts.ts';
import { createTold } from './told.ts';

/** `reconcile` runs so often, and not at the moments at which traces are sampled. */
const scheduleMs = 60_000;
const scheduleOffsetMs = 37_000;
/** Requests within so long are one decision, as the decisions queue has it. */
const bucketMs = 500;
/** A wake is a message of SQS: a second to fifteen minutes. */
const wakeMsMin = 1_000;
const wakeMsMax = 900_000;

/** Ballast as it is: the real decision, with its wakes, and the state that it remembers. */
export function ballast(name: string, title: string, policy: ServicePolicy): ReplayPolicy {
  return { name, title, isRival: false, provider: 'spot', start: (engine) => startBallast(engine, policy) };
}

function startBallast(engine: Engine, policy: ServicePolicy) {
  const serviceArn = serviceArnOf(clusterArn, engine.primary.name);
  const told = createTold({ serviceArn, ...policy });
  let control = initialControlState;
  let bucket = -1;

  const decide = (): void => {
    const nowMs = engine.nowMs();
    const facts = factsOf(engine, told, control, policy);
    const plan = planService(facts, { ok: true, policy }, nowMs);
    const nextWakeAtMs = arrangeWake(plan.wakeAtMs, nowMs);
    control = {
      ...withSpotStops(facts.ledger, plan.next),
      ...(nextWakeAtMs === undefined ? {} : { nextWakeAtMs }),
    };
    for (const command of plan.commands) apply(engine, command, policy);
  };

  const ask = (cause: Cause): void => {
    const asked = Math.floor(engine.nowMs() / bucketMs);
    if (asked === bucket) return;
    bucket = asked;
    engine.at(engine.nowMs() + reactionMs, () => look(cause));
  };

  const look = (cause: Cause): void => {
    const nowMs = engine.nowMs();
    const ledger = { tasks: told.tasks(nowMs), signals: told.signals(nowMs), control };
    const answer = answerTo(cause, ledger, nowMs);
    if (answer === 'decide') decide();
    else if (answer !== 'covered') engine.at(Math.max(nowMs + wakeMsMin, answer.atMs), () => ask(cause));
  };

  /** @returns when the next wake comes. One that comes earlier asks again by itself. */
  const arrangeWake = (wakeAtMs: number | undefined, nowMs: number): number | undefined => {
    const { nextWakeAtMs } = control;
    const onItsWay = nextWakeAtMs !== undefined && nextWakeAtMs > nowMs ? nextWakeAtMs : undefined;
    if (wakeAtMs === undefined || (onItsWay !== undefined && onItsWay <= wakeAtMs)) return onItsWay;
    const atMs = nowMs + Math.min(wakeMsMax, Math.max(wakeMsMin, wakeAtMs - nowMs));
    engine.at(atMs, () => ask('wake'));
    return atMs;
  };

  const tick = (): void => {
    engine.at(engine.nowMs() + scheduleMs, tick);
    if (isDue(engine, serviceArn)) ask('schedule');
  };
  engine.at(engine.nowMs() + scheduleOffsetMs, tick);
  ask('enrolment');

  return (event: Parameters<typeof told.hear>[0]): void => {
    const cause = told.hear(event, engine.nowMs());
    if (cause !== undefined) ask(cause);
  };
}

/** Services that are short, bridged or deploying are looked at every minute, calm ones every fifteen. */
function isDue({ primary, companion, nowMs }: Engine, serviceArn: string): boolean {
  return (
    companion !== undefined ||
    runningOf(primary) < primary.desiredCount ||
    primary.deployments.length > 1 ||
    isCalmSlice(serviceArn, nowMs())
  );
}

function apply(engine: Engine, command: Command, { spotProvider }: ServicePolicy): void {
  const { companion } = engine;
  switch (command.kind) {
    case 'CreateService':
      createCompanion(engine, command.request.serviceName, command.request.desiredCount);
      return;
    case 'UpdateService.desiredCount':
      if (companion === undefined) throw new InvariantError(`${command.service} does not exist`);
      setDesiredCount(engine, companion, command.to);
      return;
    case 'UpdateService.revision':
      throw new InvariantError('nobody releases anything in a replay');
    case 'DeleteService':
      deleteCompanion(engine);
      return;
    case 'UpdateService.capacityProviderStrategy': {
      const toSpot = command.to.some(({ capacityProvider }) => capacityProvider === spotProvider);
      forceStrategy(engine, toSpot ? 'spot' : 'onDemand');
      return;
    }
    case 'StopServiceDeployment':
      rollBack(engine);
      return;
  }
}
