import { describe, expect, it } from 'vitest';
import { consider } from '../../../functions/decide/considered.ts';
import type { StrategyState } from '../../../shared/decisions/control-state.ts';
import type { Service } from '../../../shared/ports/ecs.ts';
import { aService, nowMs, provenControl, serviceArn, someFacts, stackPolicy } from '../../builders/service-facts.ts';

const hour = 3_600_000;
const original = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];
const shifted = [{ capacityProvider: 'FARGATE', weight: 1 }];
const enrolled = { 'ballast:managed': 'true', 'ballast:mode': 'act', 'ballast:fallback': 'strategy' };

/** The service was shifted an hour ago, its cool-down is over. */
function considered(
  tags: Readonly<Record<string, string>>,
  { service = {}, state = {} }: { readonly service?: Partial<Service>; readonly state?: Partial<StrategyState> } = {},
) {
  const strategy: StrategyState = { original, shifted, phase: 'shifted', phaseSinceMs: nowMs - hour, ...state };
  const facts = someFacts({
    primary: aService({ capacityProviderStrategy: shifted, tags, ...service }),
    control: { ...provenControl, strategy, lastForcedAtMs: nowMs - hour },
  });
  const request = { serviceArn, clusterArn: facts.clusterArn, cause: 'schedule', askedAtMs: nowMs } as const;
  const fence = { serviceArn, generation: 1, expiresAtMs: nowMs + 1 };
  return consider({ request, fence, facts, estimated: false }, stackPolicy, nowMs);
}

describe('a service that withdraws while its strategy is shifted', () => {
  it.each([
    ['switched to observe', { ...enrolled, 'ballast:mode': 'observe' }],
    ['switched to a bridge', { ...enrolled, 'ballast:fallback': 'bridge' }],
    ['switched to none', { ...enrolled, 'ballast:fallback': 'none' }],
  ])('gets its original back: %s', (_how, tags) => {
    const { plan, mode } = considered(tags);
    expect(mode).toBe('act');
    expect(plan.commands).toMatchObject([{ kind: 'UpdateService.capacityProviderStrategy', to: original }]);
  });

  it('gets it back also where it may not be shifted any more', () => {
    const { plan } = considered(enrolled, { service: { minimumHealthyPercent: 50 } });
    expect(plan.commands).toMatchObject([{ to: original }]);
  });

  it('is not shifted any more where the shift was not made yet', () => {
    const tags = { ...enrolled, 'ballast:mode': 'observe' };
    const { plan } = considered(tags, {
      service: { capacityProviderStrategy: original },
      state: { phase: 'shifting', phaseSinceMs: nowMs - 2 * hour },
    });
    expect(plan.commands).toEqual([]);
    expect(plan.next.strategy).toBeUndefined();
  });

  it('is told its original where it took its tag off: nothing may be written to it then', () => {
    const { plan } = considered({});
    expect(plan).toMatchObject({ reason: 'not_managed', commands: [] });
    expect(plan.explanation).toContain(JSON.stringify(original));
  });
});
