import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hedgeTasks } from '../../shared/decisions/hedge.ts';
import type { Plan } from '../../shared/decisions/plan.ts';
import { planService } from '../../shared/decisions/plan-service.ts';
import {
  aBridge,
  aPolicy,
  aPolicyOutcome,
  aService,
  bridgedControl,
  nowMs,
  reclaimed,
  signal,
  someFacts,
} from '../builders/service-facts.ts';

const runs = { numRuns: 1_000 };

/** A service short by what Spot took, some of which has a new place already. */
const situation = fc
  .record({
    wanted: fc.integer({ min: 1, max: 40 }),
    takenShare: fc.double({ min: 0, max: 1, noNaN: true }),
    placedShare: fc.double({ min: 0, max: 1, noNaN: true }),
    bridge: fc.nat(40),
    hedge: fc.oneof(
      fc.nat(40).map((count) => `${count}`),
      fc.nat(100).map((percent) => `${percent}pct`),
    ),
    maxBridge: fc.integer({ min: 0, max: 40 }),
    spotFailed: fc.boolean(),
  })
  .map(({ wanted, takenShare, placedShare, ...drawn }) => {
    const taken = Math.round(wanted * takenShare);
    return { ...drawn, wanted, taken, placed: Math.round(taken * placedShare) };
  });

type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never;

function factsOf({ wanted, taken, placed, bridge, spotFailed }: Situation) {
  return someFacts({
    primary: aService({ desiredCount: wanted, pendingCount: placed }),
    listedTasks: wanted - taken + placed,
    tasks: reclaimed(taken, nowMs - 30_000),
    signals: spotFailed ? signal('spot_placement_failure', nowMs - 2_000) : {},
    bridge: aBridge({ desiredCount: bridge, runningCount: bridge }),
    control: bridgedControl(),
  });
}

const tagsOf = ({ hedge, maxBridge }: Situation) => ({ 'ballast:hedge': hedge, 'ballast:max-bridge': `${maxBridge}` });

function bridgeAfter(plan: Plan, before: number): number {
  const [command] = plan.commands;
  return command?.kind === 'UpdateService.desiredCount' ? command.to : before;
}

describe('the hedge, for any shortage', () => {
  it('is no more than the policy asks for and than still runs on Spot, and nothing once all have a place', () => {
    fc.assert(
      fc.property(situation, (drawn) => {
        const { wanted, taken, placed, hedge } = drawn;
        const figures = { wanted, staying: wanted - taken, shortfall: taken };
        const count = hedgeTasks(factsOf(drawn), figures, aPolicy(tagsOf(drawn)));
        const most = hedge.endsWith('pct') ? Math.ceil((wanted * Number(hedge.slice(0, -3))) / 100) : Number(hedge);
        expect(count).toBe(placed < taken ? Math.min(most, wanted - taken) : 0);
      }),
      runs,
    );
  });

  it('makes the bridge grow to what is missing and the hedge, within max-bridge, and never above what is wanted', () => {
    fc.assert(
      fc.property(situation, (drawn) => {
        const plan = planService(factsOf(drawn), aPolicyOutcome(tagsOf(drawn)), nowMs);
        const after = bridgeAfter(plan, drawn.bridge);
        fc.pre(after > drawn.bridge);
        const { shortfall = 0, hedge = 0 } = plan.figures ?? {};
        expect(after).toBe(Math.min(drawn.maxBridge, shortfall + hedge));
        expect(after).toBeLessThanOrEqual(drawn.wanted);
      }),
      runs,
    );
  });

  it('never makes a bridge smaller than it were without', () => {
    fc.assert(
      fc.property(situation, (drawn) => {
        const { 'ballast:max-bridge': maxBridge } = tagsOf(drawn);
        const facts = factsOf(drawn);
        const without = planService(facts, aPolicyOutcome({ 'ballast:max-bridge': maxBridge }), nowMs);
        const hedged = planService(facts, aPolicyOutcome(tagsOf(drawn)), nowMs);
        expect(bridgeAfter(hedged, drawn.bridge)).toBeGreaterThanOrEqual(bridgeAfter(without, drawn.bridge));
      }),
      runs,
    );
  });
});
