import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planTargets, type TargetFacts } from '../../shared/decisions/targets.ts';
import type { TaskRecord } from '../../shared/ports/ledger.ts';
import type { Target, TargetHealth } from '../../shared/ports/load-balancers.ts';
import { aTaskRecord, nowMs, provenControl, someFacts } from '../builders/service-facts.ts';

const runs = { numRuns: 2_000 };
const addresses = Array.from({ length: 12 }, (_, index) => `10.0.0.${index}`);

/** A task per address: running, under a notice of some age, or stopped. */
const fate = fc.record({
  noticedAgoMs: fc.option(fc.integer({ min: 0, max: 119_999 }), { nil: undefined }),
  stopped: fc.boolean(),
  ofBridge: fc.boolean(),
  done: fc.boolean(),
});
const states = fc.array(fc.constantFrom('healthy', 'healthy', 'unhealthy', 'initial', 'draining', 'absent'), {
  minLength: addresses.length,
  maxLength: addresses.length,
});
const situation = fc.record({
  fates: fc.array(fate, { minLength: addresses.length, maxLength: addresses.length }),
  groups: fc.array(states, { minLength: 1, maxLength: 3 }),
  registries: fc.array(fc.array(fc.boolean(), { minLength: addresses.length, maxLength: addresses.length }), {
    maxLength: 2,
  }),
  wanted: fc.nat(16),
  deregister: fc.constantFrom('when-covered' as const, 'now' as const),
});

function planOf({
  fates,
  groups,
  registries,
  wanted,
  deregister,
}: typeof situation extends fc.Arbitrary<infer T> ? T : never) {
  const tasks = fates.map(
    ({ noticedAgoMs, stopped, ofBridge }, index): TaskRecord =>
      aTaskRecord(`t${index}`, {
        privateIps: [addresses[index] ?? ''],
        lastStatus: stopped ? 'STOPPED' : 'RUNNING',
        ...(ofBridge ? { ofBridge } : {}),
        ...(noticedAgoMs === undefined ? {} : { desiredStatus: 'STOPPED', spotStopAtMs: nowMs - noticedAgoMs }),
      }),
  );
  const isUnderNotice = (index: number) => {
    const drawn = fates[index];
    return drawn?.noticedAgoMs !== undefined && !drawn.stopped && !drawn.ofBridge;
  };
  const registered: TargetFacts = {
    groups: groups.map((drawn, group) => ({
      balancer: { targetGroupArn: `arn:targetgroup/g${group}`, containerName: 'web', containerPort: 80 + group },
      health: drawn.flatMap((state, index): TargetHealth[] =>
        state === 'absent' ? [] : [{ id: addresses[index] ?? '', port: 80 + group, state }],
      ),
    })),
    registries: registries.map((drawn, registry) => ({
      registryArn: `arn:registry/r${registry}`,
      instanceIds: drawn.flatMap((isThere, index) => (isThere ? [`t${index}`] : [])),
    })),
    ec2InstanceIds: new Map(),
  };
  const deregistered = fates.flatMap(({ done }, index) => (done ? [`t${index}`] : []));
  const facts = someFacts({ tasks, control: { ...provenControl, deregistered } });
  return {
    plan: planTargets(facts, { deregister }, registered, wanted, nowMs),
    registered,
    isUnderNotice,
    deregistered,
  };
}

describe('targets, for any notices and any health', () => {
  it('are left in every group that is touched: one that is healthy and not under notice, and half of what is wanted', () => {
    fc.assert(
      fc.property(situation, (drawn) => {
        const { plan, registered, isUnderNotice } = planOf(drawn);
        for (const command of plan.commands) {
          const needed = drawn.deregister === 'now' ? 1 : Math.max(1, drawn.wanted / 2);
          if (command.kind === 'DeregisterTargets') {
            const group = registered.groups.find(({ balancer }) => balancer.targetGroupArn === command.targetGroupArn);
            const isTaken = ({ id }: Target) => command.targets.some((target) => target.id === id);
            const left = (group?.health ?? []).filter(
              (target) =>
                target.state === 'healthy' && !isTaken(target) && !isUnderNotice(addresses.indexOf(target.id)),
            );
            expect(left.length).toBeGreaterThanOrEqual(needed);
          } else {
            const ids =
              registered.registries.find(({ registryArn }) => registryArn === command.registryArn)?.instanceIds ?? [];
            expect(ids.filter((id) => !isUnderNotice(Number(id.slice(1)))).length).toBeGreaterThanOrEqual(needed);
          }
        }
      }),
      runs,
    );
  });

  it('are only those of tasks under a live notice that nobody has looked after', () => {
    fc.assert(
      fc.property(situation, (drawn) => {
        const { plan, isUnderNotice, deregistered } = planOf(drawn);
        const taken = plan.commands.flatMap((command) =>
          command.kind === 'DeregisterTargets'
            ? command.targets.map(({ id }) => addresses.indexOf(id))
            : [Number(command.instanceId.slice(1))],
        );
        for (const index of taken) {
          expect(isUnderNotice(index)).toBe(true);
          expect(deregistered).not.toContain(`t${index}`);
        }
      }),
      runs,
    );
  });

  it('are all taken out, or looked at again', () => {
    fc.assert(
      fc.property(situation, (drawn) => {
        const { plan } = planOf(drawn);
        expect(plan.reason === 'would_empty_target_group').toBe(plan.wakeAtMs !== undefined);
        if (plan.wakeAtMs !== undefined) expect(plan.done).toEqual([]);
      }),
      runs,
    );
  });
});
