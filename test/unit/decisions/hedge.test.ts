import { describe, expect, it } from 'vitest';
import type { ControlState } from '../../../shared/decisions/control-state.ts';
import { reclaimsOfLastHour } from '../../../shared/decisions/hedge.ts';
import type { Plan } from '../../../shared/decisions/plan.ts';
import { planService } from '../../../shared/decisions/plan-service.ts';
import type { ServiceFacts } from '../../../shared/decisions/service-facts.ts';
import {
  aBridge,
  aPolicyOutcome,
  aService,
  aTaskRecord,
  bridgedControl,
  nowMs,
  reclaimed,
  signal,
  someFacts,
} from '../../builders/service-facts.ts';

const minute = 60_000;
const hedged = { 'ballast:hedge': '3' };

function plan(facts: ServiceFacts, tags: Readonly<Record<string, string>> = hedged): Plan {
  return planService(facts, aPolicyOutcome(tags), nowMs);
}

/** What the plan sets the bridge to. */
function asked({ commands: [command] }: Plan): number | undefined {
  if (command?.kind === 'CreateService') return command.request.desiredCount;
  return command?.kind === 'UpdateService.desiredCount' ? command.to : undefined;
}

/** Spot took four of ten, and cannot place them. */
const short = (changed: Parameters<typeof someFacts>[0] = {}): ServiceFacts =>
  someFacts({
    listedTasks: 6,
    tasks: reclaimed(4),
    signals: signal('spot_placement_failure', nowMs - 2_000),
    ...changed,
  });

const bridgeOf = (desiredCount: number) => ({
  bridge: aBridge({ desiredCount, runningCount: desiredCount }),
  control: settled(bridgedControl()),
});

/** Long after the last write and the last need. */
function settled(control: ControlState): ControlState {
  const { bridge, ...rest } = control;
  const written = bridge === undefined ? {} : { bridge: { ...bridge, lastWriteAtMs: nowMs - 15 * minute } };
  return { ...rest, ...written, recentShortfalls: [] };
}

describe('the hedge', () => {
  it('is asked for with what is missing, from the first notice on', () => {
    const told = plan(short({ signals: {} }));
    expect(asked(told)).toBe(7);
    expect(told.figures).toMatchObject({ shortfall: 4, hedge: 3 });
    expect(told.explanation).toContain('hedged with 3 more: 1 interruption in the last hour: bridge 0 → 7');
  });

  it.each<[string, Readonly<Record<string, string>>, number, { affordable?: number }?]>([
    ['nothing by default', {}, 4],
    ['a share of what is wanted', { 'ballast:hedge': '20pct' }, 6],
    ['no more than still runs on Spot', { 'ballast:hedge': '100pct' }, 10],
    ['nothing above max-bridge', { ...hedged, 'ballast:max-bridge': '5' }, 5],
    ['no more than the budget leaves', hedged, 6, { affordable: 6 }],
  ])('is %s', (_name, tags, to, changed = {}) => {
    expect(asked(plan(short(changed), tags))).toBe(to);
  });

  it('does not count tasks of the service that Spot cannot take', () => {
    const tags = { 'ballast:hedge': '100pct', 'ballast:on-demand-floor': '1' };
    expect(asked(plan(short({ onDemandRunning: 2 }), tags))).toBe(8);
  });

  it('is nothing where Spot took everything: there is nothing left to take', () => {
    const gone = short({ listedTasks: 0, tasks: reclaimed(10) });
    expect(asked(plan(gone))).toBe(10);
    expect(plan(gone).figures).not.toHaveProperty('hedge');
  });

  it.each([
    ['nothing is missing', someFacts(), undefined],
    ['ECS has a place for everything', short({ listedTasks: 10, primary: aService({ pendingCount: 4 }) }), 4],
    ['tasks merely start', someFacts({ primary: aService({ pendingCount: 4 }) }), undefined],
  ])('is nothing while %s', (_name, facts, to) => {
    expect(asked(plan({ ...facts, ledger: { ...facts.ledger, signals: {} } }))).toBe(to);
  });

  it('covers the next reclaim without a further write', () => {
    const next = short({ ...bridgeOf(7), listedTasks: 4, tasks: reclaimed(6) });
    const told = plan(next, { ...hedged, 'ballast:max-bridge': '7' });
    expect(told.reason).toBe('bridge_held');
    expect(told.explanation).toBe(
      '7 on-demand tasks cover a shortfall of 6, hedged with 3 more: 1 interruption in the last hour',
    );
  });

  it('stays for return-after, and then goes in the usual steps', () => {
    const calm = (agoMs: number) => {
      const { control, bridge } = bridgeOf(8);
      const recentShortfalls = [
        { atMs: nowMs - agoMs, count: 8 },
        { atMs: nowMs - agoMs + 1, count: 0 },
      ];
      return someFacts({ bridge, control: { ...control, recentShortfalls } });
    };
    expect(plan(calm(5 * minute - 1)).reason).toBe('bridge_held');
    expect(asked(plan(calm(5 * minute)))).toBe(6);
  });
});

describe('interruptions', () => {
  it('of one reclaim are one, and those of more than an hour ago are forgotten', () => {
    const at = (name: string, agoMs: number) => aTaskRecord(name, { spotStopAtMs: nowMs - agoMs });
    const tasks = [
      at('a', 3_600_000),
      at('b', 59 * minute),
      at('c', 59 * minute - 2_000),
      at('d', 5 * minute),
      at('e', 3 * minute),
      at('f', 2 * minute),
      aTaskRecord('runs', {}),
    ];
    expect(reclaimsOfLastHour(someFacts({ tasks }), nowMs)).toBe(3);
  });
});
