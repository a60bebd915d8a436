import type { ServicePolicy } from '../policy/policy.ts';
import type { Service } from '../ports/ecs.ts';
import type { BridgeState, ControlState } from './control-state.ts';
import type { Command, Plan, PlanFigures, Reason } from './plan.ts';
import type { ServiceFacts } from './service-facts.ts';

/** At most one write per bridge in this time. */
export const bridgeWriteGapMs = 10_000;

/** A bridge in use is looked at so often even when nothing is heard. */
export const bridgeRecheckMs = 60_000;
/** The same while Spot tasks of the service are starting. */
export const bridgeLaunchRecheckMs = 20_000;
/** New on-demand tasks take so long to answer: before, there is nothing to see. */
const afterGrowthMs = 90_000;

/** One look at a bridge: the facts, and what the shortfall asks for. */
export interface BridgeStep {
  readonly facts: ServiceFacts;
  readonly primary: Service;
  readonly policy: ServicePolicy;
  readonly nowMs: number;
  readonly figures: PlanFigures;
  /** What is remembered whatever is decided. */
  readonly base: ControlState;
  /** Desired count of the bridge as ECS shows it; the greater one while what was written may not show yet. */
  readonly current: number;
  /** The smaller one then. */
  readonly least: number;
  /** What it should be by the shortfall, the floor and the service's own cap. */
  readonly demanded: number;
  /** `demanded` as far as the on-demand budget goes. */
  readonly target: number;
  /** What must not be given back yet. */
  readonly kept: number;
  readonly cap: number;
}

export function hold(step: BridgeStep, reason: Reason, explanation: string, wakeAtMs?: number): Plan {
  return {
    reason,
    explanation,
    commands: [],
    next: step.base,
    figures: step.figures,
    ...(wakeAtMs === undefined ? {} : { wakeAtMs }),
  };
}

/** Nothing can be written before then, whatever else is heard: until then no reads are spent on the service. */
export function holdQuiet(step: BridgeStep, reason: Reason, explanation: string, untilMs: number): Plan {
  return { ...hold(step, reason, explanation, untilMs), next: { ...step.base, quietUntilMs: untilMs } };
}

/** A write for the bridge; while AWS is known to refuse such writes it is held and told instead. */
export function write(
  step: BridgeStep,
  reason: Reason,
  explanation: string,
  command: Command,
  changed: { readonly bridge: BridgeState; readonly bridgeGeneration?: number; readonly provenAtMs?: number },
  bridgeDesired: number,
): Plan {
  const { refusal } = step.facts.ledger.control;
  if (refusal !== undefined && step.nowMs < refusal.untilMs) {
    const waitS = Math.ceil((refusal.untilMs - step.nowMs) / 1000);
    return hold(
      step,
      'bridge_refused',
      `AWS refused the bridge, try ${refusal.times} (${refusal.error}); tried again in ${waitS} s`,
      refusal.untilMs,
    );
  }
  const { onDemandShortUntilMs: _until, onDemandShortTimes: _times, refusal: _refusal, ...base } = step.base;
  const quietUntilMs = step.nowMs + bridgeWriteGapMs;
  // A return goes on with its next step; growth waits for news.
  const goesOn = bridgeDesired < step.current || step.demanded > bridgeDesired || step.demanded === 0;
  return {
    reason,
    explanation,
    commands: [command],
    next: { ...base, ...changed, quietUntilMs },
    wakeAtMs: goesOn ? quietUntilMs : step.nowMs + afterGrowthMs,
    figures: { ...step.figures, bridgeDesired },
  };
}
