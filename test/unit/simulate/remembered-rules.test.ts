import { expect, it } from 'vitest';
import { createMemoryLedger } from '../../../local/memory-ledger.ts';
import { loadRules } from '../../../local/rules.ts';
import { drawCast } from '../../../local/simulate/cast.ts';
import { rememberedRules } from '../../../local/simulate/remembered-rules.ts';
import { openWorld, setStage, stormStartMs } from '../../../local/simulate/stage.ts';

it('remembers for every event of a storm what the rules themselves say', () => {
  const rules = loadRules();
  for (const seed of [1, 2, 3]) {
    const cast = { ...drawCast(seed), isUp: false };
    const world = openWorld(seed, cast);
    const remembered = rememberedRules(rules);
    let events = 0;
    world.onEvent((event) => {
      events += 1;
      expect(remembered(event)).toEqual(rules.matching(event));
    });
    setStage(world, cast, createMemoryLedger({ nowMs: () => world.nowMs }));
    world.advanceTo(stormStartMs + 300_000);
    world.market.reclaimDownTo(10);
    world.advanceTo(stormStartMs + 900_000);

    expect(events).toBeGreaterThan(500);
  }
});
