import { describe, expect, it } from 'vitest';
import type { TargetReason } from '../../../shared/decisions/plan.ts';
import { RetryableError } from '../../../shared/errors.ts';
import { aDecider, aManagedService } from '../../builders/decide.ts';
import { aTaskRecord, nowMs, provenControl } from '../../builders/service-facts.ts';

type Setup = NonNullable<Parameters<typeof aDecider>[0]>;

const group = 'arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/1';
const healthy = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `10.0.0.${index}`, port: 80, state: 'healthy' }));

/** One row per reason; the type says that none is forgotten. The task under notice is 10.0.0.0, of ten. */
const cases: Record<TargetReason, Setup> = {
  targets_deregistered: { targetHealth: { [group]: healthy(6) } },
  would_empty_target_group: { targetHealth: { [group]: healthy(5) } },
  targets_unreadable: {
    fault: ({ name }) => (name === 'loadBalancers.targetHealth' ? new RetryableError('no answer') : undefined),
  },
};

describe('every reason that a decision can give about targets', () => {
  it.each(Object.entries(cases))('%s', async (reason, setup) => {
    const loadBalancers = [{ targetGroupArn: group, containerName: 'web', containerPort: 80 }];
    const decider = aDecider({ services: [aManagedService({ loadBalancers })], listed: { web: 9 }, ...setup });
    await decider.remember(provenControl);
    const notice = { desiredStatus: 'STOPPED', spotStopAtMs: nowMs - 5_000, privateIps: ['10.0.0.0'] };
    await decider.tell([aTaskRecord('noticed', notice)]);
    await decider.decide();
    const { targets } = await decider.record();
    expect(targets?.reason).toBe(reason);
    expect(targets?.explanation).not.toBe('');
    expect(targets?.applied).toHaveLength(reason === 'targets_deregistered' ? 1 : 0);
  });
});
