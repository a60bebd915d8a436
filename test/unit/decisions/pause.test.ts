import { describe, expect, it } from 'vitest';
import { initialControlState, type StrategyState } from '../../../shared/decisions/control-state.ts';
import { planService } from '../../../shared/decisions/plan-service.ts';
import type { ServiceFacts } from '../../../shared/decisions/service-facts.ts';
import {
  aBridge,
  aBridgeState,
  aDeployment,
  aPolicyOutcome,
  aService,
  bridgedControl,
  nowMs,
  reclaimed,
  signal,
  someFacts,
} from '../../builders/service-facts.ts';

const minute = 60_000;
const original = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];
const shifted = [{ capacityProvider: 'FARGATE', weight: 1 }];
const strategyState: StrategyState = { original, shifted, phase: 'shifted', phaseSinceMs: nowMs - 60 * minute };

const { primary: _gone, ...gone } = someFacts({ paused: true, bridge: aBridge(), control: bridgedControl() });
const paused: readonly [string, ServiceFacts, Readonly<Record<string, string>>][] = [
  ['is short', someFacts({ paused: true, listedTasks: 4, tasks: reclaimed(6) }), {}],
  ['is whole while its bridge stands', someFacts({ paused: true, bridge: aBridge(), control: bridgedControl() }), {}],
  [
    'has an idle bridge',
    someFacts({ paused: true, bridge: aBridge({ desiredCount: 0 }), control: bridgedControl() }),
    {},
  ],
  ['is not proven', someFacts({ paused: true, control: initialControlState }), {}],
  [
    'has withdrawn',
    someFacts({ paused: true, bridge: aBridge(), control: bridgedControl() }),
    { 'ballast:managed': 'false' },
  ],
  ['is gone while its bridge stands', gone, {}],
  [
    'is short and shifts its strategy',
    someFacts({ paused: true, listedTasks: 4, signals: signal('spot_placement_failure', nowMs) }),
    { 'ballast:fallback': 'strategy' },
  ],
  [
    'has a shifted strategy',
    someFacts({
      paused: true,
      primary: aService({ capacityProviderStrategy: shifted }),
      control: { ...initialControlState, strategy: strategyState },
    }),
    { 'ballast:fallback': 'strategy' },
  ],
];

describe('a paused service', () => {
  it.each(paused)('that %s is left alone', (_state, facts, tags) => {
    const plan = planService(facts, aPolicyOutcome(tags), nowMs);
    expect(plan).toMatchObject({ reason: 'paused', commands: [] });
    expect(plan.next).toEqual(facts.ledger.control);
  });
});

describe('the return that a person asks of a paused service', () => {
  const asked = (changed: Parameters<typeof someFacts>[0] = {}) =>
    someFacts({ paused: true, returnAsked: true, bridge: aBridge(), control: bridgedControl(), ...changed });

  it('is made in the usual steps, whatever is short', () => {
    let facts = asked({ listedTasks: 4, tasks: reclaimed(6), bridge: aBridge({ desiredCount: 8 }) });
    const steps: number[] = [];
    for (let atMs = nowMs; steps.at(-1) !== 0; atMs += 10_000) {
      const plan = planService(facts, aPolicyOutcome(), atMs);
      const [command] = plan.commands;
      if (command?.kind !== 'UpdateService.desiredCount') throw new Error(`${plan.reason}: ${plan.explanation}`);
      expect(plan.explanation).toContain('a person asked for the return');
      expect(
        planService({ ...facts, ledger: { ...facts.ledger, control: plan.next } }, aPolicyOutcome(), atMs + 9_999)
          .commands,
      ).toEqual([]);
      steps.push(command.to);
      facts = {
        ...facts,
        bridge: aBridge({ desiredCount: command.to }),
        ledger: { ...facts.ledger, control: plan.next },
      };
    }
    expect(steps).toEqual([6, 5, 4, 3, 2, 1, 0]);
  });

  it('is over at 0: the bridge is not even deleted', () => {
    const plan = planService(asked({ bridge: aBridge({ desiredCount: 0 }) }), aPolicyOutcome(), nowMs);
    expect(plan).toMatchObject({ reason: 'paused', commands: [] });
  });

  it('makes no bridge', () => {
    const facts = someFacts({ paused: true, returnAsked: true, listedTasks: 4, tasks: reclaimed(6) });
    expect(planService(facts, aPolicyOutcome(), nowMs).commands).toEqual([]);
  });

  it('is the same for a service that has chosen another instrument meanwhile', () => {
    const plan = planService(asked(), aPolicyOutcome({ 'ballast:fallback': 'none' }), nowMs);
    expect(plan.commands).toMatchObject([{ kind: 'UpdateService.desiredCount', from: 4, to: 3 }]);
  });

  it('is written ten seconds after the last write at the earliest', () => {
    const facts = asked({ control: bridgedControl({ bridge: aBridgeState({ lastWriteAtMs: nowMs - 5_000 }) }) });
    expect(planService(facts, aPolicyOutcome(), nowMs)).toMatchObject({ commands: [], wakeAtMs: nowMs + 5_000 });
  });

  describe('with a shifted strategy', () => {
    const strategy = aPolicyOutcome({ 'ballast:fallback': 'strategy' });
    const shiftedFacts = (changed: Parameters<typeof someFacts>[0] = {}) =>
      someFacts({
        paused: true,
        returnAsked: true,
        primary: aService({ capacityProviderStrategy: shifted }),
        control: { ...initialControlState, strategy: strategyState, lastForcedAtMs: nowMs - 60_000 },
        ...changed,
      });

    it('puts the original back, also before the cool-down is over', () => {
      const plan = planService(shiftedFacts(), strategy, nowMs);
      expect(plan).toMatchObject({
        reason: 'CapacityProviderRebalanced',
        commands: [{ kind: 'UpdateService.capacityProviderStrategy', service: 'web', from: shifted, to: original }],
        next: { strategy: { phase: 'restoring', phaseSinceMs: nowMs }, lastForcedAtMs: nowMs },
      });
    });

    it('does not force a second deployment while ECS does not show the first yet', () => {
      const facts = shiftedFacts();
      const { next } = planService(facts, strategy, nowMs);
      const again = planService({ ...facts, ledger: { ...facts.ledger, control: next } }, strategy, nowMs + 5_000);
      expect(again).toMatchObject({ reason: 'paused', commands: [] });
    });

    it('asks again when the write was never made', () => {
      const facts = shiftedFacts();
      const { next } = planService(facts, strategy, nowMs);
      const again = planService({ ...facts, ledger: { ...facts.ledger, control: next } }, strategy, nowMs + 60_000);
      expect(again.commands).toHaveLength(1);
    });

    it('waits for a deployment in progress, and is over when the original is in place', () => {
      const deployments = [aDeployment({ rolloutState: 'IN_PROGRESS' })];
      const busy = shiftedFacts({ primary: aService({ capacityProviderStrategy: shifted, deployments }) });
      expect(planService(busy, strategy, nowMs)).toMatchObject({
        reason: 'paused',
        commands: [],
        wakeAtMs: nowMs + minute,
      });
      const done = shiftedFacts({ primary: aService({ capacityProviderStrategy: original }) });
      expect(planService(done, strategy, nowMs)).toMatchObject({ reason: 'paused', commands: [] });
    });
  });
});
