import type { Plan } from '../../shared/decisions/plan.ts';
import { planService } from '../../shared/decisions/plan-service.ts';
import type { ServiceFacts } from '../../shared/decisions/service-facts.ts';
import { type PolicyOutcome, type StackPolicy, servicePolicy } from '../../shared/policy/policy.ts';
import type { DecisionRequest } from '../../shared/ports/decisions.ts';
import type { Fence } from '../../shared/ports/ledger.ts';

/** A service under its fence, with all that is known of it and what would be done. */
export interface Considered {
  readonly request: DecisionRequest;
  readonly fence: Fence;
  readonly facts: ServiceFacts;
  readonly outcome: PolicyOutcome;
  readonly mode: 'act' | 'observe';
  readonly plan: Plan;
  /** The moment that the plan was made for: some of what it rests on changes by the clock alone. */
  readonly plannedAtMs: number;
  /** ListTasks had to be left out: the plan rests on an estimate and must not be carried out. */
  readonly estimated: boolean;
}

export function consider(
  one: Pick<Considered, 'request' | 'fence' | 'facts' | 'estimated'>,
  stackPolicy: StackPolicy,
  nowMs: number,
): Considered {
  const outcome = servicePolicy(stackPolicy, one.facts.primary?.tags ?? {});
  const plan = planService(one.facts, outcome, nowMs);
  return { ...one, outcome, plan, plannedAtMs: nowMs, mode: modeOf(outcome, one.facts, plan) };
}

/** What stands and is ours is taken down also where the service is gone or has withdrawn. */
function modeOf(outcome: PolicyOutcome, facts: ServiceFacts, plan: Plan): 'act' | 'observe' {
  if (plan.reason === 'service_gone' || facts.bridge !== undefined) return 'act';
  if (facts.ledger.control.strategy !== undefined && outcome.ok && outcome.policy.managed) return 'act';
  return outcome.ok && outcome.policy.managed ? outcome.policy.mode : 'observe';
}
