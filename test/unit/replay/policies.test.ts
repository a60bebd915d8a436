import { describe, expect, it } from 'vitest';
import { optimum } from '../../../local/replay/optimum.ts';
import { replay } from '../../../local/replay/run.ts';
import { minutes, policyNamed, someSettings } from './builders.ts';

/**
 * Ten minutes with room for both tasks, ten with none, forty with room again: notices at 600 s, both tasks gone at
 * 630 s. ECS fails to place at 601 s and then, waiting 10, 20, 40 and 60 s, each with a look a second later: at 612,
 * 633, 674, 735 s and every 61 s from there. Capacity is back at 1,200 s, the first look after that is at 1,223 s, and
 * Spot is healthy again at 1,283 s.
 */
const twoTasks = minutes(2, [10, 2], [10, 0], [40, 2]);
const played = (name: string) => replay(twoTasks, policyNamed(name), someSettings()).figures;
/** Task-seconds wanted and not had, of 7,200. */
const missing = ({ wantedTaskSeconds, deliveredTaskSeconds }: ReturnType<typeof played>) =>
  wantedTaskSeconds - deliveredTaskSeconds;

describe('two tasks through one shortage', () => {
  it('Spot only: short until Spot is back, 653 s', () => {
    const figures = played('spot-only');

    expect(missing(figures)).toBe(1_306);
    expect(figures.belowDesiredSeconds).toBe(653);
    expect(figures.availability).toBeCloseTo(0.818611, 6);
    // Two tasks for 630 s, and two from 1,223 s to the end.
    expect(figures.billedTaskSeconds).toEqual({ spot: 6_014, onDemand: 0 });
    expect(figures.cost).toBeCloseTo(0.26595, 5);
    expect(figures.launches).toEqual({ spot: 2, onDemand: 0 });
  });

  it('on-demand only: all of it, at the full price', () => {
    const figures = played('on-demand-only');

    expect(figures.availability).toBe(1);
    expect(figures.cost).toBe(1);
    expect(figures.billedTaskSeconds).toEqual({ spot: 0, onDemand: 7_200 });
    expect(figures.launches).toEqual({ spot: 0, onDemand: 0 });
  });

  it('the bridge: told at 601 s, decides at 602 s, launched at 603 s, healthy at 663 s', () => {
    const figures = played('bridge');

    expect(missing(figures)).toBe(66);
    expect(figures.belowDesiredSeconds).toBe(33);
    // Decisions at 1,584 and 1,595 s give one task back each: gone at 1,615 and 1,626 s.
    expect(figures.billedTaskSeconds).toEqual({ spot: 6_014, onDemand: 2_035 });
    expect(figures.cost).toBeCloseTo(0.548589, 6);
    expect(figures.launches).toEqual({ spot: 2, onDemand: 2 });
    expect(figures.forcedDeployments).toBe(0);
  });

  it('the hedged bridge: nothing is left to hedge, and without a calm time Spot takes over at 1,283 s', () => {
    const figures = played('hedged');

    expect(missing(figures)).toBe(66);
    // Looks at 1,299 and 1,310 s, as Spot was seen to start: gone at 1,332 and 1,343 s.
    expect(figures.billedTaskSeconds).toEqual({ spot: 6_014, onDemand: 1_469 });
    expect(figures.launches).toEqual({ spot: 2, onDemand: 2 });
  });

  it('the strategy: half of the service is taken at once, so it shifts at 602 s; put back at 2,403 s', () => {
    const figures = played('strategy');

    expect(missing(figures)).toBe(66);
    // On demand from 603 s until Spot was healthy at 2,464 s, and 31 s to stop; Spot from 2,404 s on.
    expect(figures.billedTaskSeconds).toEqual({ spot: 3_652, onDemand: 3_784 });
    expect(figures.cost).toBeCloseTo(0.687053, 6);
    expect(figures.forcedDeployments).toBe(2);
  });

  it('flip and cool down: told at 601 s, forced at 602 s, back at 2,402 s', () => {
    const figures = played('flip');

    expect(missing(figures)).toBe(66);
    // On demand from 603 s to 2,494 s, Spot from 2,403 s on.
    expect(figures.billedTaskSeconds).toEqual({ spot: 3_654, onDemand: 3_782 });
    expect(figures.cost).toBeCloseTo(0.686864, 6);
    expect(figures.forcedDeployments).toBe(2);
    expect(figures.launches).toEqual({ spot: 2, onDemand: 2 });
  });

  it.each(['whole-twin', 'on-failure'])('%s: told of the failure at 602 s, healthy at 664 s', (name) => {
    const figures = played(name);

    expect(missing(figures)).toBe(68);
    // Steady at 1,284 s, scaled to 0 at 1,286 s, gone at 1,317 s.
    expect(figures.billedTaskSeconds).toEqual({ spot: 6_014, onDemand: 1_426 });
    expect(figures.cost).toBeCloseTo(0.464005, 6);
    expect(figures.launches).toEqual({ spot: 2, onDemand: 2 });
  });

  it('the optimum: Spot launched at 1,200 s, on demand from 570 s until Spot is healthy', () => {
    const { figures } = optimum(twoTasks, someSettings());

    expect(figures.availability).toBe(1);
    // Each: Spot until 630 s and from 1,200 s; on demand launched at 570 s, serving 630 to 1,260 s, gone at 1,290 s.
    expect(figures.billedTaskSeconds).toEqual({ spot: 6_060, onDemand: 1_440 });
    expect(figures.cost).toBeCloseTo(0.467984, 6);
    expect(figures.launches).toEqual({ spot: 2, onDemand: 2 });
  });
});

describe('a shortage that outlives the shift of the strategy', () => {
  it('leaves the return to ECS while Spot has no room, and tries again once Spot has been back for a while', () => {
    const long = minutes(2, [10, 2], [80, 0], [90, 2]);
    const { figures } = replay(long, policyNamed('strategy'), someSettings());

    expect(missing(figures)).toBe(66);
    // Shifted at 602 s, put back at 2,403 s; ECS looks every 61 s, and finds room at 5,405 s. Our look at 5,437 s
    // rolls the return back, and after the cool-down, 30 min here, the original is put back for good: 7,241 s.
    expect(figures.forcedDeployments).toBe(3);
    // Each on Spot: 630 s, a minute at least from 5,405 s, and from 7,241 s on. On demand: from 603 s until what the
    // rollback launched at 5,439 s was healthy, and that until Spot was at 7,301 s, each 31 s to stop.
    expect(figures.billedTaskSeconds).toEqual({ spot: 8_498, onDemand: 13_640 });
  });

  it('spares itself a Spot that goes again at once', () => {
    const again = minutes(2, [10, 2], [80, 0], [15, 2], [20, 0], [90, 2]);
    const { figures } = replay(again, policyNamed('strategy'), someSettings());

    expect(missing(figures)).toBe(66);
  });

  it('is turned back where Spot has room for a part, and tried again after as long', () => {
    const part = minutes(2, [10, 2], [25, 0], [25, 1], [60, 2]);
    const { figures } = replay(part, policyNamed('strategy'), someSettings());

    expect(missing(figures)).toBe(66);
    expect(figures.forcedDeployments).toBe(3);
  });
});

describe('four tasks of which two are taken, and then a third', () => {
  const played = (name: string) =>
    replay(minutes(4, [10, 4], [10, 2], [10, 1], [40, 4]), policyNamed(name), someSettings({ tasks: 4 })).figures;

  it('the hedge has the replacement of the third warm, the bridge has not', () => {
    expect(missing(played('hedged'))).toBe(66);
    expect(missing(played('bridge'))).toBe(99);
  });
});

describe('four tasks of which two are taken', () => {
  const played = (name: string) =>
    replay(minutes(4, [10, 4], [10, 2], [40, 4]), policyNamed(name), someSettings({ tasks: 4 })).figures;

  it('the twin buys four, and the shortfall policies two', () => {
    expect(played('whole-twin').billedTaskSeconds.onDemand).toBe(2_852);
    expect(played('on-failure').billedTaskSeconds.onDemand).toBe(1_426);
    expect(played('bridge').billedTaskSeconds.onDemand).toBe(2_035);
  });

  it('the flip replaces the two that were never in danger, the bridge does not', () => {
    expect(played('flip').launches).toEqual({ spot: 4, onDemand: 4 });
    expect(played('bridge').launches).toEqual({ spot: 2, onDemand: 2 });
  });
});

describe('a notice that never arrives', () => {
  const blind = someSettings({ lostNoticeShare: 1 });

  it('leaves the placement failure, a second later', () => {
    const { figures } = replay(twoTasks, policyNamed('bridge'), blind);

    // Told at 602 s, decides at 603 s, healthy at 664 s.
    expect(figures.wantedTaskSeconds - figures.deliveredTaskSeconds).toBe(68);
    expect(figures.forcedDeployments).toBe(0);
  });

  it('changes nothing about what ECS does', () => {
    expect(replay(twoTasks, policyNamed('spot-only'), blind).figures).toEqual(played('spot-only'));
  });
});

describe('stopTimeout', () => {
  it('of two minutes hides the whole launch: nothing is ever missing', () => {
    const patient = someSettings({ stopTimeoutMs: 120_000 });

    for (const name of ['bridge', 'flip', 'whole-twin', 'on-failure']) {
      expect(replay(twoTasks, policyNamed(name), patient).figures.availability, name).toBe(1);
    }
    expect(replay(twoTasks, policyNamed('spot-only'), patient).figures.availability).toBeLessThan(0.9);
  });
});

describe('the waits of ECS', () => {
  it('up to 27 minutes keep Spot away for longer, and the bridge carries on', () => {
    const patient = someSettings({ placementBackoffMs: [10_000, 1_620_000] });
    const { figures } = replay(twoTasks, policyNamed('bridge'), patient);

    // Waits of 10, 20 … 320 s: the look at 1,237 s is the first that finds capacity back.
    expect(figures.billedTaskSeconds.spot).toBe(1_260 + 2 * (3_600 - 1_237));
    expect(figures.availability).toBeCloseTo(0.990833, 6);
  });
});

describe('a service that begins in a shortage', () => {
  it('has what Spot had room for, and the bridge fills the rest', () => {
    const trace = minutes(2, [10, 0], [10, 2]);
    const spotOnly = replay(trace, policyNamed('spot-only'), someSettings());
    const bridge = replay(trace, policyNamed('bridge'), someSettings());

    expect(spotOnly.samples[0]?.spot).toBe(2);
    expect(spotOnly.figures.launches).toEqual({ spot: 2, onDemand: 0 });
    expect(bridge.figures.launches.onDemand).toBe(2);
    expect(bridge.figures.belowDesiredSeconds).toBeLessThan(90);
  });
});
