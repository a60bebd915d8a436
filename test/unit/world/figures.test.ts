import { describe, expect, it } from 'vitest';
import { aStage, describedService, first, pick, startMs, taskArns } from '../../builders/world.ts';

/*
 * Computed by hand from the exact times: launch at 1 s, healthy at 61 s; a container ends 10 s after SIGTERM and its task
 * is STOPPED 5 s later; the scheduler looks a second after each change.
 */

const onDemand = [{ capacityProvider: 'FARGATE', weight: 1 }];
const bridge = (primaryArn: string, desiredCount: number) => ({
  name: 'web-bridge',
  desiredCount,
  strategy: onDemand,
  tags: { 'ballast:bridge-of': primaryArn },
});

describe('task-seconds', () => {
  it('of a service that nothing happens to', () => {
    const stage = aStage();
    const web = stage.service({ desiredCount: 3 });

    stage.until(200);

    expect(stage.world.figures.of(web)).toEqual({
      // 3 × 200.
      wantedTaskSeconds: 600,
      belowDesiredTaskSeconds: 0,
      // 3 × (200 − 1).
      spotTaskSeconds: 597,
      onDemandTaskSeconds: 0,
      leastServing: 3,
      desired: 3,
      serving: 3,
      noticeToWholeMs: [],
      bridgeDesired: 0,
      bridgeDesiredMax: 0,
      forcedDeployments: 0,
      launches: 3,
    });
  });

  it('of a service that loses one task, which Spot replaces', () => {
    const stage = aStage();
    const web = stage.service();
    stage.until(100);

    // Ends at 110 s, STOPPED at 115 s; the replacement is launched at 101 s and healthy at 161 s.
    stage.world.market.reclaim(first(taskArns(stage)));
    stage.until(200);

    expect(stage.world.figures.of(web)).toEqual({
      wantedTaskSeconds: 400,
      // From 110 to 161 s.
      belowDesiredTaskSeconds: 51,
      // 199 + (115 − 1) + (200 − 101).
      spotTaskSeconds: 412,
      onDemandTaskSeconds: 0,
      leastServing: 1,
      desired: 2,
      serving: 2,
      // From 100 to 161 s.
      noticeToWholeMs: [61_000],
      bridgeDesired: 0,
      bridgeDesiredMax: 0,
      forcedDeployments: 0,
      launches: 3,
    });
  });

  it('of a service that loses all its tasks and gets a bridge', () => {
    const stage = aStage();
    const web = stage.service();
    stage.until(100);

    stage.world.market.reclaimDownTo(0);
    stage.until(102);
    // Launched at 103 s, healthy at 163 s.
    stage.service(bridge(web, 2));
    stage.until(200);

    expect(stage.world.figures.of(web)).toEqual({
      wantedTaskSeconds: 400,
      // 2 × (163 − 110).
      belowDesiredTaskSeconds: 106,
      // 2 × (115 − 1).
      spotTaskSeconds: 228,
      // 2 × (200 − 103).
      onDemandTaskSeconds: 194,
      leastServing: 0,
      desired: 2,
      serving: 2,
      noticeToWholeMs: [63_000],
      bridgeDesired: 2,
      bridgeDesiredMax: 2,
      forcedDeployments: 0,
      launches: 4,
    });
  });

  it('of a bridge that shrinks and goes', () => {
    const stage = aStage();
    const web = stage.service({ desiredCount: 1 });
    stage.until(100);
    stage.service(bridge(web, 3));
    stage.until(200);

    stage.ecs('UpdateService', { service: 'web-bridge', desiredCount: 0 });
    stage.until(300);

    expect(stage.world.figures.of(web)).toMatchObject({
      wantedTaskSeconds: 300,
      // Launched at 101 s; a look at 201 s, 15 s of deregistration, 10 s to exit, 5 s to STOPPED at 231 s: 3 × 130.
      onDemandTaskSeconds: 390,
      spotTaskSeconds: 299,
      belowDesiredTaskSeconds: 0,
      bridgeDesired: 0,
      bridgeDesiredMax: 3,
      serving: 1,
    });
  });

  it('of a service that is split between the providers', () => {
    const stage = aStage();
    const web = stage.service({
      desiredCount: 5,
      strategy: [
        { capacityProvider: 'FARGATE', base: 1, weight: 1 },
        { capacityProvider: 'FARGATE_SPOT', weight: 3 },
      ],
    });

    stage.until(101);

    // The base and one of four, 2 × 100; three of four, 3 × 100.
    expect(stage.world.figures.of(web)).toMatchObject({ onDemandTaskSeconds: 200, spotTaskSeconds: 300 });
  });

  it('follows the desired count from the moment it is changed', () => {
    const stage = aStage();
    const web = stage.service();
    stage.until(100);

    // Launched at 101 s, healthy at 161 s.
    stage.ecs('UpdateService', { service: 'web', desiredCount: 5 });
    stage.until(200);

    expect(stage.world.figures.of(web)).toMatchObject({
      // 2 × 100 + 5 × 100.
      wantedTaskSeconds: 700,
      // 3 × (161 − 100): nobody serves for the new ones yet.
      belowDesiredTaskSeconds: 183,
      spotTaskSeconds: 695,
      desired: 5,
      leastServing: 2,
    });
  });

  it('counts nothing below desired before the service was whole for the first time', () => {
    const stage = aStage();
    stage.world.market.setCapacity('FARGATE_SPOT', 1);
    const web = stage.service();

    stage.until(500);

    expect(stage.world.figures.of(web)).toMatchObject({ belowDesiredTaskSeconds: 0, serving: 1, desired: 2 });
  });

  it('keeps services apart', () => {
    const stage = aStage();
    const web = stage.service();
    const api = stage.service({ name: 'api', desiredCount: 1 });
    stage.until(100);

    stage.world.market.reclaim(first(taskArns(stage, { serviceName: 'web' })));
    stage.until(200);

    expect(stage.world.figures.of(api)).toMatchObject({
      belowDesiredTaskSeconds: 0,
      spotTaskSeconds: 199,
      noticeToWholeMs: [],
    });
    expect(stage.world.figures.of(web)).toMatchObject({ belowDesiredTaskSeconds: 51 });
  });
});

describe('from notice to whole', () => {
  it('takes the first notice of a dip', () => {
    const stage = aStage();
    const web = stage.service({ desiredCount: 3 });
    stage.until(100);

    const [one, two] = taskArns(stage);
    stage.world.market.reclaim(String(one));
    stage.until(130);
    // Its replacement is launched at 131 s and healthy at 191 s.
    stage.world.market.reclaim(String(two));
    stage.until(300);

    expect(stage.world.figures.of(web)).toMatchObject({
      noticeToWholeMs: [91_000],
      // One from 110 s; the other from 140 s; the first replacement at 161 s, the second at 191 s: 51 + 51.
      belowDesiredTaskSeconds: 102,
      leastServing: 1,
    });
  });

  it('takes each dip for itself', () => {
    const stage = aStage();
    const web = stage.service();
    for (const seconds of [100, 400]) {
      stage.until(seconds);
      stage.world.market.reclaim(first(taskArns(stage)));
    }
    stage.until(600);

    expect(stage.world.figures.of(web)).toMatchObject({
      noticeToWholeMs: [61_000, 61_000],
      belowDesiredTaskSeconds: 102,
    });
  });

  it('shows a dip that has not ended', () => {
    const stage = aStage();
    const web = stage.service();
    stage.until(100);

    stage.world.market.reclaimDownTo(1);
    stage.until(150);

    expect(stage.world.figures.of(web)).toMatchObject({
      noticeToWholeMs: [],
      openDipMs: 50_000,
      // From 110 to 150 s.
      belowDesiredTaskSeconds: 40,
      serving: 1,
    });
  });

  it('ends a dip where fewer tasks are wanted', () => {
    const stage = aStage();
    const web = stage.service();
    stage.until(100);
    stage.world.market.reclaimDownTo(1);
    stage.until(105);

    stage.ecs('UpdateService', { service: 'web', desiredCount: 1 });
    stage.until(200);

    // The container of the lost task served until 110 s, and from 105 s on one is enough.
    expect(stage.world.figures.of(web)).toMatchObject({ noticeToWholeMs: [5_000], belowDesiredTaskSeconds: 0 });
  });

  it('is no time at all where a bridge stands by', () => {
    const stage = aStage();
    const web = stage.service();
    stage.service(bridge(web, 1));
    stage.until(100);

    stage.world.market.reclaimDownTo(1);
    stage.until(200);

    expect(stage.world.figures.of(web)).toMatchObject({
      noticeToWholeMs: [0],
      belowDesiredTaskSeconds: 0,
      leastServing: 2,
    });
  });
});

describe('deployments and launches', () => {
  it('counts forced deployments, and launches of every kind', () => {
    const stage = aStage();
    const web = stage.service();
    stage.until(100);

    stage.ecs('UpdateService', { service: 'web', forceNewDeployment: true });
    stage.until(300);

    expect(stage.world.figures.of(web)).toMatchObject({
      forcedDeployments: 1,
      launches: 4,
      // Four tasks serve for a while, never fewer than two.
      belowDesiredTaskSeconds: 0,
      leastServing: 2,
    });
  });

  it('counts no deployment for a desired count, nor for a task definition', () => {
    const stage = aStage();
    const web = stage.service();
    stage.until(100);

    stage.ecs('UpdateService', { service: 'web', desiredCount: 3 });
    stage.ecs('UpdateService', { service: 'web', taskDefinition: 'web:1' });
    stage.until(300);

    expect(stage.world.figures.of(web).forcedDeployments).toBe(0);
    expect(pick(describedService(stage), 'runningCount')).toBe(3);
  });

  it('has no figures of a service that it does not know', () => {
    const stage = aStage();

    expect(() => stage.world.figures.of('arn:aws:ecs:us-east-1:111122223333:service/main/other')).toThrow(
      'no figures of arn:aws:ecs:us-east-1:111122223333:service/main/other',
    );
  });
});

describe('the record of every change', () => {
  it('tells step by step what the service lacks and what its bridge has', () => {
    const stage = aStage();
    const web = stage.service({ desiredCount: 3 });
    stage.until(100);
    const steps = stage.world.figures.record(web);
    stage.until(101);

    stage.world.market.setCapacity('FARGATE_SPOT', 2);
    stage.world.market.reclaim(first(taskArns(stage)));
    stage.until(110);
    stage.service(bridge(web, 1));
    stage.until(200);
    stage.world.market.setCapacity('FARGATE_SPOT', undefined);
    stage.until(400);

    const told = steps.map(({ atMs, ...step }) => [(atMs - startMs) / 1000, step]);
    const noBridge = { bridgeDesired: 0, bridgeRunning: 0, bridgeServing: 0, bridgeOfNewest: 0 };
    const own = { running: 3, starting: 0, servingNewest: 3 };
    const whole = { desired: 3, serving: 3, staying: 3, missing: 0, lost: 0, ...own, ...noBridge };
    expect(told[0]).toEqual([100, { ...whole, spot: 3, onDemand: 0 }]);
    expect(told).toContainEqual([
      111,
      {
        desired: 3,
        serving: 2,
        staying: 2,
        missing: 1,
        lost: 1,
        spot: 3,
        onDemand: 1,
        running: 2,
        starting: 0,
        servingNewest: 2,
        ...noBridge,
        bridgeDesired: 1,
      },
    ]);
    expect(told.at(-1)).toEqual([
      expect.any(Number),
      { ...whole, serving: 4, spot: 3, onDemand: 1, bridgeDesired: 1, bridgeRunning: 1, bridgeServing: 1 },
    ]);
  });

  it('has one step a moment, in order, and none without a change', () => {
    const stage = aStage();
    const web = stage.service({ desiredCount: 5 });
    const steps = stage.world.figures.record(web);
    stage.until(100);
    stage.world.market.reclaimDownTo(2);
    stage.until(3600);

    const times = steps.map(({ atMs }) => atMs);
    const states = steps.map(({ atMs: _atMs, ...state }) => JSON.stringify(state));
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    expect(states.filter((state, index) => state === states[index - 1])).toEqual([]);
  });

  it('lets a scenario check at any moment that the bridge asks for no more than was missing a minute ago or since', () => {
    const stage = aStage();
    const web = stage.service({ desiredCount: 4 });
    stage.until(100);
    const steps = stage.world.figures.record(web);
    stage.world.market.reclaimDownTo(2);
    stage.until(110);
    stage.service(bridge(web, 3));
    stage.until(300);

    const tooMuch = steps.filter(({ atMs, bridgeDesired }) => {
      const recent = steps.filter((step, index) => {
        const endsMs = steps[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
        return step.atMs <= atMs && endsMs > atMs - 60_000;
      });
      return bridgeDesired > Math.max(...recent.map(({ missing }) => missing));
    });

    expect(tooMuch[0]).toMatchObject({ atMs: startMs + 110_000, bridgeDesired: 3, missing: 2 });
  });
});
