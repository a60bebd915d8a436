import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../shared/decisions/plan.ts';
import { planService } from '../../../shared/decisions/plan-service.ts';
import type { ServiceFacts } from '../../../shared/decisions/service-facts.ts';
import type { PolicyOutcome } from '../../../shared/policy/policy.ts';
import {
  aBridge,
  aPolicyOutcome,
  aService,
  bridgedControl,
  nowMs,
  reclaimed,
  someFacts,
} from '../../builders/service-facts.ts';

const minute = 60_000;
/** Four of ten tasks are gone and the bridge covers them. */
const covered = (changed: Parameters<typeof someFacts>[0] = {}) =>
  someFacts({
    listedTasks: 6,
    tasks: reclaimed(4, nowMs - minute),
    bridge: aBridge(),
    control: bridgedControl(),
    ...changed,
  });
const withControl = (facts: ServiceFacts, { next }: Plan): ServiceFacts => ({
  ...facts,
  ledger: { ...facts.ledger, control: next },
});

const withdrawals: readonly [string, PolicyOutcome][] = [
  ['loses its tag', aPolicyOutcome({ 'ballast:managed': 'false' })],
  ['goes back to observe', aPolicyOutcome({ 'ballast:mode': 'observe' })],
  ['chooses to be told only', aPolicyOutcome({ 'ballast:fallback': 'none' })],
  ['chooses the other instrument', aPolicyOutcome({ 'ballast:fallback': 'strategy' })],
];

describe.each(withdrawals)('the bridge of a service that %s', (_how, outcome) => {
  it('stays until the service is whole without it', () => {
    const held = planService(covered(), outcome, nowMs);
    expect(held).toMatchObject({
      reason: 'bridge_held',
      commands: [],
      wakeAtMs: nowMs + minute,
      next: { windDownSinceMs: nowMs },
    });
    expect(held.explanation).toContain('at most 60 min more');
  });

  it('goes at once, in one plan, when the service is whole', () => {
    const whole = planService(covered({ listedTasks: 10, tasks: reclaimed(4, nowMs - 5 * minute) }), outcome, nowMs);
    expect(whole).toMatchObject({
      reason: 'bridge_deleted',
      commands: [
        { kind: 'UpdateService.desiredCount', service: 'ballast-web-g1', from: 4, to: 0 },
        { kind: 'DeleteService', service: 'ballast-web-g1' },
      ],
    });
    expect(whole.next.bridge).toBeUndefined();
  });

  it('goes after an hour although the service is not whole, counted from the first look', () => {
    const first = planService(covered(), outcome, nowMs);
    const last = withControl(covered({ tasks: reclaimed(4, nowMs + 50 * minute) }), first);
    expect(planService(last, outcome, nowMs + 60 * minute - 1)).toMatchObject({
      reason: 'bridge_held',
      wakeAtMs: nowMs + 60 * minute,
      next: { windDownSinceMs: nowMs },
    });
    const over = planService(last, outcome, nowMs + 60 * minute);
    expect(over).toMatchObject({
      reason: 'bridge_deleted',
      explanation: 'the service has withdrawn and its hour is over',
    });
    expect(over.commands.map(({ kind }) => kind)).toEqual(['UpdateService.desiredCount', 'DeleteService']);
    expect(over.next.windDownSinceMs).toBeUndefined();
  });

  it('is never grown', () => {
    const worse = covered({ listedTasks: 1, tasks: reclaimed(9, nowMs - 20_000) });
    expect(planService(worse, outcome, nowMs).commands).toEqual([]);
  });

  it('goes at once when nobody wants the service to run', () => {
    const stopped = covered({ primary: aService({ desiredCount: 0 }), listedTasks: 0 });
    expect(planService(stopped, outcome, nowMs).commands.map(({ kind }) => kind)).toEqual([
      'UpdateService.desiredCount',
      'DeleteService',
    ]);
  });
});

describe('the bridge of a service', () => {
  it('that comes back within the hour is used again, and the hour is forgotten', () => {
    const held = planService(covered(), aPolicyOutcome({ 'ballast:mode': 'observe' }), nowMs);
    const back = planService(withControl(covered(), held), aPolicyOutcome(), nowMs + minute);
    expect(back).toMatchObject({ reason: 'bridge_held', commands: [] });
    expect(back.next.windDownSinceMs).toBeUndefined();
    expect(back.next.bridge?.serviceName).toBe('ballast-web-g1');
  });

  it('that becomes ineligible winds down too', () => {
    const daemon = covered({ primary: aService({ deploymentStrategy: 'BLUE_GREEN' }) });
    expect(planService(daemon, aPolicyOutcome(), nowMs)).toMatchObject({
      reason: 'bridge_held',
      next: { windDownSinceMs: nowMs },
    });
  });

  it('at 0 is deleted without a write of its count', () => {
    const idle = covered({ listedTasks: 10, tasks: [], bridge: aBridge({ desiredCount: 0 }) });
    const plan = planService(idle, aPolicyOutcome({ 'ballast:mode': 'observe' }), nowMs);
    expect(plan.commands).toMatchObject([{ kind: 'DeleteService' }]);
  });

  it('whose tag is wrong is left as it is: what is meant is not known', () => {
    const outcome = aPolicyOutcome({ 'ballast:max-bridge': 'some' });
    expect(planService(covered(), outcome, nowMs)).toMatchObject({ reason: 'policy_invalid', commands: [] });
  });
});

describe('a service that is gone', () => {
  const { primary: _deleted, ...gone } = covered();

  it.each<[string, ServiceFacts]>([
    ['deleted', gone],
    ['draining', { ...gone, primary: aService({ status: 'DRAINING', desiredCount: 0 }) }],
  ])('(%s) leaves no bridge behind', (_how, facts) => {
    expect(planService(facts, aPolicyOutcome(), nowMs)).toMatchObject({
      reason: 'service_gone',
      commands: [
        { kind: 'UpdateService.desiredCount', service: 'ballast-web-g1', from: 4, to: 0 },
        { kind: 'DeleteService', service: 'ballast-web-g1' },
      ],
    });
  });

  it('leaves nothing to another one of its name', () => {
    const { control } = gone.ledger;
    const before = { ...control, wantedLatched: 10, provenAtMs: nowMs - 1, lastForcedAtMs: nowMs - 1 };
    const plan = planService({ ...gone, ledger: { ...gone.ledger, control: before } }, aPolicyOutcome(), nowMs);
    expect(plan.next).toEqual({
      bridgeGeneration: control.bridgeGeneration,
      lastWholeAtMs: nowMs,
      recentShortfalls: [],
    });
    const again = someFacts({ tasks: reclaimed(3), listedTasks: 0, control: plan.next });
    expect(planService(again, aPolicyOutcome(), nowMs).figures).toMatchObject({ lost: 0, shortfall: 0 });
  });

  it('leaves a bridge alone that is draining already', () => {
    const draining = { ...gone, bridge: aBridge({ status: 'DRAINING', desiredCount: 0 }) };
    const plan = planService(draining, aPolicyOutcome(), nowMs);
    expect(plan).toMatchObject({ reason: 'service_gone', commands: [] });
    expect(plan.next.bridge).toBeUndefined();
  });
});
