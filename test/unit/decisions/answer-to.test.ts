import { describe, expect, it } from 'vitest';
import { answerTo } from '../../../shared/decisions/answer-to.ts';
import type { ControlState } from '../../../shared/decisions/control-state.ts';
import { planService } from '../../../shared/decisions/plan-service.ts';
import { aPolicyOutcome, nowMs, reclaimed, signal, someFacts } from '../../builders/service-facts.ts';

const toldAtMs = nowMs - 1_000;

/** ECS shows eight of ten missing, and three are told of. */
function gathering(): ControlState {
  const facts = someFacts({ listedTasks: 2, tasks: reclaimed(3, toldAtMs) });
  const plan = planService(facts, aPolicyOutcome(), nowMs);
  expect(plan.reason).toBe('gathering_notices');
  return { ...plan.next, spotStopsKnown: 3, nextWakeAtMs: nowMs + 2_000 };
}

const ledger = (control: ControlState, told: number, signals = {}) => ({
  tasks: reclaimed(told, toldAtMs),
  signals,
  control,
});

describe('while the notices of a reclaim are gathered', () => {
  it('further ones wait', () => {
    expect(answerTo('notice', ledger(gathering(), 7), nowMs + 500)).toEqual({ atMs: nowMs + 2_000 });
    expect(answerTo('service_action', ledger(gathering(), 3), nowMs + 500)).toBe('covered');
  });

  it('the last one does not', () => {
    expect(answerTo('notice', ledger(gathering(), 8), nowMs + 500)).toBe('decide');
  });

  it('a Spot placement failure speaks for all of them', () => {
    const failed = signal('spot_placement_failure', toldAtMs + 1);
    expect(answerTo('service_action', ledger(gathering(), 3, failed), nowMs + 500)).toBe('decide');
    const before = signal('spot_placement_failure', toldAtMs - 1);
    expect(answerTo('service_action', ledger(gathering(), 3, before), nowMs + 500)).toBe('covered');
  });

  it('the next decision forgets it', () => {
    const facts = someFacts({ listedTasks: 2, tasks: reclaimed(8, toldAtMs), control: gathering() });
    const plan = planService(facts, aPolicyOutcome(), nowMs);
    expect(plan.reason).toBe('bridge_grown');
    expect(plan.next).not.toHaveProperty('gathering');
  });
});
