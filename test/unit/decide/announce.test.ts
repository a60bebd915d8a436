import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { announcer } from '../../../functions/decide/announce.ts';
import { compilePattern } from '../../../local/event-pattern.ts';
import { decisionEvent } from '../../../shared/decisions/decision-event.ts';
import type { DecisionRecord } from '../../../shared/decisions/plan.ts';
import { RetryableError } from '../../../shared/errors.ts';
import type { BusEvent } from '../../../shared/ports/bus.ts';
import { aDecider, aManagedService } from '../../builders/decide.ts';
import { nowMs, serviceArn } from '../../builders/service-facts.ts';
import { aRecord, resized } from '../../builders/widget.ts';

const away = new RetryableError('PutEvents: TimeoutError: nobody there');
const anotherArn = serviceArn.replace(/web$/, 'api');

/** What each call of the bus was given. */
function published(decider: ReturnType<typeof aDecider>): BusEvent[][] {
  return decider.called('bus.publish').map(({ args: [events] }) => events as BusEvent[]);
}

describe('a decision', () => {
  it('goes out on the bus when everything else is done', async () => {
    const decider = aDecider();
    await decider.decide();
    expect(published(decider)).toEqual([
      [
        {
          detailType: 'Decision Made',
          resources: [serviceArn],
          detail: {
            serviceArn,
            decidedAt: '2026-03-01T12:00:00.000Z',
            reason: 'bridge_proving',
            explanation: expect.stringContaining('bridge'),
            cause: 'notice',
            mode: 'act',
            figures: expect.objectContaining({ shortfall: 0 }),
            commands: [{ kind: 'CreateService', result: 'applied' }],
          },
        },
      ],
    ]);
    expect(decider.names('ledger', 'decisions', 'ecs', 'bus').at(-1)).toBe('bus.publish');
  });

  it('goes out once while the same is decided again', async () => {
    const decider = aDecider({ services: [aManagedService({}, { 'ballast:fallback': 'none' })] });
    for (let time = 0; time < 3; time += 1) await decider.decide('schedule');
    expect(decider.called('ledger.recordDecision')).toHaveLength(3);
    expect(published(decider).map((events) => events.map(({ detail }) => detail.reason))).toEqual([['fallback_none']]);
  });

  it('goes out with the others of its batch, in one call', async () => {
    const decider = aDecider({
      services: [aManagedService(), aManagedService({ serviceArn: anotherArn, serviceName: 'api' })],
    });
    await decider.decide({}, { serviceArn: anotherArn });
    expect(published(decider).map((events) => events.flatMap(({ resources }) => resources))).toEqual([
      [serviceArn, anotherArn],
    ]);
  });

  it('is carried out, recorded and not asked for again where the bus does not answer', async () => {
    const decider = aDecider({ fault: ({ name }) => (name === 'bus.publish' ? away : undefined) });
    expect(await decider.decide()).toEqual(new Set());
    expect(decider.names('ecs.createService', 'ledger.recordDecision', 'ledger.releaseFence')).toHaveLength(3);
    expect(decider.called('telemetry.notAnnounced')).toEqual([{ name: 'telemetry.notAnnounced', args: [1, away] }]);
  });
});

describe('a bus that does not answer', () => {
  it('is left alone for a minute', async () => {
    let atMs = nowMs;
    let isAway = true;
    const reasons: unknown[][] = [];
    const told: unknown[][] = [];
    const announce = announcer({
      bus: {
        publish: async (events) => {
          reasons.push(events.map(({ detail }) => detail.reason));
          if (isAway) throw away;
        },
      },
      clock: { nowMs: () => atMs },
      telemetry: { notAnnounced: (...args) => told.push(args) },
    });
    await announce([aRecord({ reason: 'bridge_grown' })]);
    isAway = false;
    atMs += 59_999;
    await announce([aRecord({ reason: 'bridge_at_cap' }), aRecord({ reason: 'paused' })]);
    expect(told).toEqual([[1, away], [2]]);
    atMs += 1;
    await announce([aRecord({ reason: 'steady' })]);
    expect(reasons).toEqual([['bridge_grown'], ['steady']]);
    expect(told).toHaveLength(2);
  });

  it('is not called for nothing', async () => {
    const announce = announcer({
      bus: { publish: () => Promise.reject(away) },
      clock: { nowMs: () => nowMs },
      telemetry: { notAnnounced: () => expect.unreachable() },
    });
    await announce([]);
  });
});

describe('the patterns in docs/dashboards.md', () => {
  const docs = readFileSync(new URL('../../../docs/dashboards.md', import.meta.url), 'utf8');
  const patterns = [...docs.matchAll(/^\| `(\{"detail-type".*\})` \|/gm)].map(([, pattern = '']) => pattern);

  it('are three, each of which takes some decisions and leaves others', () => {
    const onBus = (record: DecisionRecord) => {
      const { detailType, resources, detail } = decisionEvent(record);
      return { source: 'ballast', 'detail-type': detailType, resources, detail };
    };
    const events = [
      resized(0, 3, nowMs),
      aRecord({ reason: 'on_demand_shortage' }),
      aRecord({ serviceArn: anotherArn }),
    ].map(onBus);
    expect(patterns.map((pattern) => events.map(compilePattern(JSON.parse(pattern))))).toEqual([
      [true, false, false],
      [false, true, false],
      [true, true, false],
    ]);
  });
});
