import { describe, expect, it } from 'vitest';
import type { ServiceHistory } from '../../../functions/show-services/facts.ts';
import { happeningKinds, happeningsOf } from '../../../functions/show-services/happenings.ts';
import { shapes } from '../../../functions/show-services/marks.ts';
import { taskSteps } from '../../../functions/show-services/task-steps.ts';
import { toneOf } from '../../../functions/show-services/tone.ts';
import { reasons } from '../../../shared/decisions/plan.ts';
import { nowMs } from '../../builders/service-facts.ts';
import { aHistory, aRecord, factsOf, figuresOf, minute, resized, serviceFactsOf } from '../../builders/widget.ts';

const time = { fromMs: nowMs - 60 * minute, toMs: nowMs };
const ago = (minutes: number) => nowMs - minutes * minute;
const told = (history: Partial<ServiceHistory>) => happeningsOf(serviceFactsOf({ history: aHistory(history) }), time);
const spot = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];
const onDemand = [{ capacityProvider: 'FARGATE', weight: 1 }];

describe('what happened', () => {
  it('is nothing where no history was read', () => {
    expect(happeningsOf(serviceFactsOf(), time)).toEqual([]);
  });

  it('is told oldest first, whatever order it was read in', () => {
    const decisions = [resized(3, 0, ago(5)), resized(0, 3, ago(30))];
    expect(told({ decisions }).map(({ kind, count, atMs }) => [kind, count, atMs])).toEqual([
      ['bridge_grown', 3, ago(30)],
      ['bridge_returned', 3, ago(5)],
    ]);
    expect(told({ decisions })[0]?.text).toBe('bridge grown from 0 to 3: bridge 0 → 3');
  });

  it('knows what was only planned', () => {
    expect(told({ decisions: [resized(0, 3, ago(5), 'observed')] })).toMatchObject([
      { planned: true, text: 'bridge grown from 0 to 3 (planned only): bridge 0 → 3' },
    ]);
  });

  it('leaves out what was proved at 0', () => {
    const command = { kind: 'CreateService', request: { desiredCount: 0 } } as never;
    expect(told({ decisions: [aRecord({ applied: [{ command, result: 'applied' }] })] })).toEqual([]);
  });

  it('tells a strategy that is shifted from one that is put back', () => {
    const rewritten = (from: typeof spot, to: typeof spot, atMs: number) =>
      aRecord({
        reason: 'CapacityProviderRebalanced',
        sinceMs: atMs,
        applied: [
          {
            command: { kind: 'UpdateService.capacityProviderStrategy', clusterArn: 'c', service: 'web', from, to },
            result: 'applied',
          },
        ],
      });
    const decisions = [rewritten(onDemand, spot, ago(5)), rewritten(spot, onDemand, ago(40))];
    expect(told({ decisions }).map(({ kind }) => kind)).toEqual(['strategy_shifted', 'strategy_returned']);
  });

  it('counts stops by their moments as long as the ledger has them', () => {
    expect(told({ spotStopsAtMs: [ago(9), ago(9), ago(2)] }).map(({ atMs, count }) => [atMs, count])).toEqual([
      [ago(9), 2],
      [ago(2), 1],
    ]);
  });

  it('knows earlier stops from the decisions that came of them', () => {
    const noticed = (spotStops: number, atMs: number) =>
      aRecord({ facts: factsOf({ spotStops, lastSpotStopAtMs: atMs - 2_000 }), sinceMs: atMs });
    const decisions = [noticed(2, ago(2)), noticed(5, ago(30)), noticed(5, ago(31)), noticed(3, ago(50))];
    const notices = told({ decisions, spotStopsAtMs: [ago(2) - 2_000, ago(2) - 2_000] });
    expect(notices.map(({ atMs, count }) => [atMs, count])).toEqual([
      [ago(50) - 2_000, 3],
      [ago(31) - 2_000, 2],
      [ago(30) - 2_000, 1],
      [ago(2) - 2_000, 2],
    ]);
  });

  it('shows a diagnosis as one of a deployment, and not as something in the way', () => {
    const diagnosis = { deploymentId: 'ecs-svc/1', class: 'image', cause: 'pull', answer: 'told' } as never;
    const record = aRecord({
      reason: 'deployment_diagnosed',
      explanation: 'no such image',
      diagnosis,
      sinceMs: ago(4),
    });
    expect(told({ decisions: [record] })).toMatchObject([
      { kind: 'deployment', atMs: ago(4), text: 'deployment failed (image): no such image' },
    ]);
  });

  it('shows for how long something was in the way', () => {
    const record = aRecord({
      reason: 'bridge_at_cap',
      explanation: '3 of 5',
      sinceMs: ago(20),
      lastMs: ago(8),
      count: 12,
    });
    expect(told({ decisions: [record] })).toMatchObject([
      { kind: 'obstacle', atMs: ago(20), untilMs: ago(8), text: 'bridge_at_cap, 12 times: 3 of 5' },
    ]);
  });

  it('shows what AWS refused, whatever the reason', () => {
    const [applied] = resized(0, 3, ago(5)).applied;
    if (applied === undefined) throw new Error('nothing was applied');
    const refused = { ...applied, result: 'refused', error: 'AccessDeniedException' } as const;
    expect(told({ decisions: [{ ...resized(0, 3, ago(5)), applied: [refused] }] })).toMatchObject([
      {
        kind: 'obstacle',
        text: 'bridge_grown: bridge 0 → 3 – UpdateService.desiredCount refused: AccessDeniedException',
      },
    ]);
  });

  it('leaves out what lies outside of the time, and keeps what reaches into it', () => {
    const decisions = [
      resized(3, 0, ago(70)),
      aRecord({ reason: 'on_demand_shortage', sinceMs: ago(90), lastMs: ago(50), count: 40 }),
      aRecord({ reason: 'on_demand_shortage', sinceMs: ago(190), lastMs: ago(150), count: 40 }),
    ];
    expect(told({ decisions, spotStopsAtMs: [ago(61)] }).map(({ kind, atMs }) => [kind, atMs])).toEqual([
      ['obstacle', ago(90)],
    ]);
  });
});

describe('shapes', () => {
  it('are one for each kind, and all different', () => {
    expect(new Set(happeningKinds.map((kind) => shapes[kind])).size).toBe(7);
  });
});

describe('tones', () => {
  it('know every reason, and nothing against one of another version', () => {
    expect(reasons.filter((reason) => !['calm', 'barred', 'acting', 'obstacle'].includes(toneOf(reason)))).toEqual([]);
    expect(toneOf('bridge_ineligible:no_overlap')).toBe('barred');
    expect(toneOf('a_reason_to_come')).toBe('calm');
    expect(toneOf('constructor')).toBe('calm');
  });
});

describe('tasks from decision to decision', () => {
  const counted = (atMs: number, staying: number, bridgeDesired: number) =>
    aRecord({ sinceMs: atMs, figures: figuresOf({ staying, bridgeDesired }) });

  it('are level from one to the next, within the time, the last until its end', () => {
    expect(taskSteps([counted(ago(10), 10, 0), counted(ago(30), 7, 3), counted(ago(90), 10, 0)], time)).toEqual([
      { fromMs: ago(60), toMs: ago(30), wanted: 10, own: 10, bridge: 0 },
      { fromMs: ago(30), toMs: ago(10), wanted: 10, own: 7, bridge: 3 },
      { fromMs: ago(10), toMs: nowMs, wanted: 10, own: 10, bridge: 0 },
    ]);
  });

  it('stay as they were where a decision has no numbers', () => {
    const diagnosed = aRecord({ reason: 'deployment_diagnosed', sinceMs: ago(20) });
    expect(taskSteps([diagnosed, counted(ago(30), 7, 3)], time)).toEqual([
      { fromMs: ago(30), toMs: nowMs, wanted: 10, own: 7, bridge: 3 },
    ]);
  });

  it('come from the facts where nothing was sized', () => {
    const record = aRecord({ sinceMs: ago(30), facts: factsOf({ listed: 9, bridgeDesired: 1 }) });
    expect(taskSteps([record], time)).toMatchObject([{ wanted: 10, own: 9, bridge: 1 }]);
  });
});
