import type { ControlState } from '../../shared/decisions/control-state.ts';
import type { Command } from '../../shared/decisions/plan.ts';
import { observedOnly } from '../../shared/decisions/plan-service.ts';
import type { Pace } from '../../shared/pace.ts';
import type { Considered } from './considered.ts';
import { hasSlot } from './gather.ts';

/** Returns leave so many writes to growth. */
const keptForGrowth = 2;
/** Turns that come together share their DescribeServices: ten in so long, at the share that is usual. */
const turnMs = 4_000;
/** When nothing can be promised. */
const laterMs = 20_000;

/**
 * Puts off the plans whose writes exceed the share of the API rate: growth first, by the order of the batch. What is
 * put off is recorded with its plan and gets its place in line; it is planned anew when its turn comes.
 */
export function withinRate(pace: Pace, batch: readonly Considered[], nowMs: number): Considered[] {
  const settled = new Map<Considered, Considered>();
  const inTurn = [...batch].sort((a, b) => Number(isGrowth(b.plan.commands)) - Number(isGrowth(a.plan.commands)));
  for (const one of inTurn) settled.set(one, settle(pace, one, nowMs));
  return batch.map((one) => settled.get(one) ?? one);
}

function settle(pace: Pace, one: Considered, nowMs: number): Considered {
  const writes = one.mode === 'act' ? one.plan.commands.length : 0;
  // A hold until a moment that is near needs no better facts than an estimate.
  if (writes === 0 && (!one.estimated || one.plan.next.quietUntilMs !== undefined)) return one;
  if (!one.estimated && hasSlot(one.facts.ledger, nowMs)) return one;
  if (!isGrowth(one.plan.commands)) {
    if (!one.estimated && pace.take('service_modify', writes, keptForGrowth)) return one;
    // A return that waits is no reason to wait with what a notice asks for.
    return putOff(one, nowMs + laterMs, {}, nowMs);
  }
  // Who is looked at again before its turn keeps its place in line.
  const { slotAtMs = 0 } = one.facts.ledger.control;
  if (slotAtMs > nowMs) return putOff(one, slotAtMs, { quietUntilMs: slotAtMs, slotAtMs }, nowMs);
  if (!one.estimated && pace.take('service_modify', writes)) return one;
  const writeAtMs = pace.reserve('service_modify', writes);
  const readAtMs = one.estimated ? pace.reserve('cluster_resource_read', 1) : nowMs;
  if (writeAtMs === undefined || readAtMs === undefined) {
    return putOff(one, nowMs + laterMs, { quietUntilMs: nowMs + laterMs }, nowMs);
  }
  const turnAtMs = Math.ceil(Math.max(writeAtMs, readAtMs, nowMs + 1_000) / turnMs) * turnMs;
  return putOff(one, turnAtMs, { quietUntilMs: turnAtMs, slotAtMs: turnAtMs }, nowMs);
}

function putOff(
  one: Considered,
  untilMs: number,
  remembered: Pick<ControlState, 'quietUntilMs' | 'slotAtMs'>,
  nowMs: number,
): Considered {
  const { plan, facts } = one;
  const seconds = Math.ceil((untilMs - nowMs) / 1000);
  return {
    ...one,
    plan: {
      reason: 'rate_limited',
      explanation: `its share of the ECS API rate comes in ${seconds} s; then: ${plan.explanation}`,
      commands: [],
      deferred: plan.commands,
      next: { ...observedOnly(facts, plan), ...remembered },
      wakeAtMs: untilMs,
      ...(plan.figures === undefined
        ? {}
        : { figures: { ...plan.figures, bridgeDesired: facts.bridge?.desiredCount ?? 0 } }),
    },
  };
}

/** Capacity that somebody misses; everything else can wait for it. */
function isGrowth(commands: readonly Command[]): boolean {
  return commands.some((command) => {
    switch (command.kind) {
      case 'CreateService':
        return command.request.desiredCount > 0;
      case 'UpdateService.desiredCount':
        return command.to > command.from;
      case 'UpdateService.revision':
        return command.to >= command.from;
      case 'UpdateService.capacityProviderStrategy':
      case 'StopServiceDeployment':
        return true;
      default:
        return false;
    }
  });
}
