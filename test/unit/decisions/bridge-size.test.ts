import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bridgeSize } from '../../../shared/decisions/bridge-size.ts';
import type { Plan } from '../../../shared/decisions/plan.ts';
import { planService } from '../../../shared/decisions/plan-service.ts';
import type { ServiceFacts } from '../../../shared/decisions/service-facts.ts';
import type { Service } from '../../../shared/ports/ecs.ts';
import {
  aBridge,
  aBridgeState,
  aPolicyOutcome,
  aService,
  bridgedControl,
  nowMs,
  reclaimed,
  someFacts,
} from '../../builders/service-facts.ts';

const plan = (facts: ServiceFacts): Plan => planService(facts, aPolicyOutcome(), nowMs);

/** What the plan sets the bridge to; `undefined` where it leaves it alone. */
function asked({ commands }: Plan): number | undefined {
  const [command] = commands;
  if (command?.kind === 'CreateService') return command.request.desiredCount;
  return command !== undefined && 'to' in command && typeof command.to === 'number' ? command.to : undefined;
}

interface Written {
  readonly shown: number;
  readonly written: number;
  readonly agoMs: number;
  readonly lacking: number;
  readonly bridge?: Partial<Service>;
}

/** A service of twenty that lacks so many; its bridge was set to `written` a moment ago, and ECS shows `shown`. */
const factsOf = ({ shown, written, agoMs, lacking, bridge }: Written): ServiceFacts =>
  someFacts({
    primary: aService({ desiredCount: 20 }),
    listedTasks: 20 - lacking,
    tasks: reclaimed(lacking, nowMs - 15_000),
    bridge: aBridge({ desiredCount: shown, runningCount: shown, ...bridge }),
    control: bridgedControl({ bridge: aBridgeState({ lastWriteAtMs: nowMs - agoMs, desired: written }) }),
  });

describe('how large a bridge is', () => {
  const sizeOf = (written: Written) => bridgeSize(factsOf(written), nowMs);
  const stale: Written = { shown: 2, written: 20, agoMs: 11_000, lacking: 0 };

  it('is between what ECS shows and what was written, until ECS can show it', () => {
    expect(sizeOf(stale)).toEqual({ least: 2, most: 20 });
    expect(sizeOf({ ...stale, shown: 20, written: 15 })).toEqual({ least: 15, most: 20 });
    expect(sizeOf({ ...stale, agoMs: 21_999 })).toEqual({ least: 2, most: 20 });
    expect(sizeOf({ ...stale, agoMs: 22_000 })).toEqual({ least: 2, most: 2 });
  });

  it('is what was written where ECS shows it, and what ECS shows where nothing was written', () => {
    expect(sizeOf({ ...stale, shown: 20 })).toEqual({ least: 20, most: 20 });
    const control = bridgedControl({ bridge: aBridgeState({ lastWriteAtMs: nowMs - 11_000 }) });
    expect(bridgeSize(someFacts({ bridge: aBridge({ desiredCount: 2 }), control }), nowMs)).toEqual({
      least: 2,
      most: 2,
    });
  });

  it('is what ECS shows of a bridge that somebody deletes', () => {
    expect(sizeOf({ ...stale, shown: 0, bridge: { status: 'DRAINING' } })).toEqual({ least: 0, most: 0 });
  });

  it('is up to what was written while the bridge does not show at all', () => {
    const { bridge: _hidden, ...facts } = factsOf(stale);
    expect(bridgeSize(facts, nowMs)).toEqual({ least: 0, most: 20 });
  });
});

describe('a write that ECS does not show yet', () => {
  it('is not cut by a smaller need', () => {
    const planned = plan(factsOf({ shown: 2, written: 20, agoMs: 10_700, lacking: 10 }));
    expect(planned).toMatchObject({ reason: 'bridge_write_too_soon', commands: [], wakeAtMs: nowMs + 11_300 });
    expect(planned.explanation).toBe('what was last written does not show yet: the bridge has 2 to 20 tasks');
  });

  it('is sent again where as much or more is needed: it may have got lost', () => {
    expect(asked(plan(factsOf({ shown: 2, written: 10, agoMs: 10_700, lacking: 10 })))).toBe(10);
    expect(asked(plan(factsOf({ shown: 2, written: 10, agoMs: 10_700, lacking: 12 })))).toBe(12);
  });

  it('is not returned from before it shows; the step that may have got lost is sent again', () => {
    expect(plan(factsOf({ shown: 2, written: 20, agoMs: 10_700, lacking: 0 }))).toMatchObject({ commands: [] });
    expect(asked(plan(factsOf({ shown: 20, written: 15, agoMs: 10_700, lacking: 0 })))).toBe(15);
  });

  it('makes no bridge of a return that does not show', () => {
    const { bridge: _hidden, ...hidden } = factsOf({ shown: 4, written: 4, agoMs: 11_000, lacking: 0 });
    const unwanted = { ...hidden, primary: aService({ desiredCount: 0 }), listedTasks: 0 };
    for (const facts of [hidden, unwanted]) expect(plan(facts).commands).toEqual([]);
  });

  it('keeps what the budget grants from becoming a cut', () => {
    const facts = factsOf({ shown: 8, written: 6, agoMs: 11_000, lacking: 9 });
    expect(plan({ ...facts, affordable: 6 })).toMatchObject({ reason: 'bridge_write_too_soon', commands: [] });
    expect(asked(plan({ ...facts, affordable: 9 }))).toBe(9);
  });

  const drawn = fc.record({
    shown: fc.nat(20),
    written: fc.nat(20),
    agoMs: fc.nat(21_999),
    lacking: fc.nat(20),
    isShown: fc.boolean(),
  });

  it('never turns growth into a cut nor a return into growth, whichever of both stands', () => {
    fc.assert(
      fc.property(drawn, ({ isShown, ...written }) => {
        const planned = plan(factsOf(written));
        const to = asked(planned);
        if (to === undefined) return;
        const stands = isShown ? written.shown : written.written;
        if (planned.next.bridge?.direction === 'growing') expect(to).toBeGreaterThanOrEqual(stands);
        else expect(to).toBeLessThanOrEqual(stands);
        // A quarter at a time, and one at least.
        if (to < stands) expect(stands - to).toBeLessThanOrEqual(Math.max(1, Math.floor(stands / 4)));
      }),
      { numRuns: 2_000 },
    );
  });
});
