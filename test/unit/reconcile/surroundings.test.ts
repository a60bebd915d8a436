import { describe, expect, it } from 'vitest';
import { type ReconcileDeps, reconcile } from '../../../functions/reconcile/reconcile.ts';
import { createMemoryLedger } from '../../../local/memory-ledger.ts';
import { createQuietTelemetry } from '../../../local/virtual/quiet-telemetry.ts';
import { RetryableError } from '../../../shared/errors.ts';
import { aManagedService } from '../../builders/decide.ts';
import { nowMs, serviceArn, stackPolicy } from '../../builders/service-facts.ts';

const apiArn = serviceArn.replace('/web', '/api');
const minute = 60_000;

/** One environment of `reconcile`; `now.atMs` is a moment at which the surroundings are looked at. */
function aReconciler(changed: Partial<ReconcileDeps> = {}) {
  const now = { atMs: nowMs };
  const clock = { nowMs: () => now.atMs };
  const ledger = createMemoryLedger(clock);
  const told: string[] = [];
  const asked: string[] = [];
  const read = { quotas: 0, scaling: 0 };
  const saved: unknown[] = [];
  const answers: { vcpu: number | undefined; scaled: string[]; gauges: number } = {
    vcpu: 100,
    scaled: ['service/shop/web'],
    gauges: 0,
  };
  const deps: ReconcileDeps = {
    ledger: {
      ...ledger,
      saveOnDemandVcpuQuota: async (vcpu) => {
        saved.push(vcpu);
        await ledger.saveOnDemandVcpuQuota(vcpu);
      },
      recordAutoScaled: async (arn, autoScaled) => {
        saved.push([arn, autoScaled]);
        await ledger.recordAutoScaled(arn, autoScaled);
      },
    },
    ecs: { describeServices: async () => [aManagedService()] },
    decisions: {
      ask: async (requests) => {
        asked.push(...requests.map((request) => request.serviceArn));
      },
      askLater: async () => {},
    },
    jobs: { look: async () => {}, lookLater: async () => {} },
    diagnoses: { ask: async () => {} },
    runningTasks: { clusters: async () => [], ofFamily: async () => [] },
    discovery: {
      managedServices: async () => [serviceArn, apiArn].map((arn) => ({ arn, tags: { 'ballast:managed': 'true' } })),
      taskDefinitions: async () => [],
      bridges: async () => [],
    },
    gauges: {
      put: async (gauges) => {
        answers.gauges += gauges.length;
      },
    },
    quotas: {
      onDemandVcpu: async () => {
        read.quotas += 1;
        return answers.vcpu;
      },
    },
    scaling: {
      scaledServices: async () => {
        read.scaling += 1;
        return answers.scaled;
      },
    },
    telemetry: { ...createQuietTelemetry(() => {}), postponed: (_arn, why) => told.push(why) },
    clock,
    stackPolicy,
    ...changed,
  };
  return { pass: reconcile(deps), ledger, now, told, asked, read, saved, answers };
}

describe('what surrounds the services', () => {
  it('is kept for decisions: the quota, and who is scaled', async () => {
    const { pass, ledger } = aReconciler();
    await pass();
    expect((await ledger.readFleet()).onDemandVcpuQuota).toBe(100);
    expect((await ledger.readService(serviceArn)).autoScaled).toBe(true);
    expect((await ledger.readService(apiArn)).autoScaled).toBe(false);
  });

  it('is read every five minutes', async () => {
    const { pass, now, read } = aReconciler();
    for (let passes = 0; passes < 10; passes += 1) {
      await pass();
      now.atMs += minute;
    }
    expect(read).toEqual({ quotas: 2, scaling: 2 });
  });

  it('is read at once when a service is new', async () => {
    const { pass, now, read } = aReconciler();
    now.atMs += 2 * minute;
    await pass();
    expect(read).toEqual({ quotas: 1, scaling: 1 });
  });

  it('is written only when it has changed', async () => {
    const { pass, now, saved, answers } = aReconciler();
    await pass();
    expect(saved).toEqual([100, [serviceArn, true], [apiArn, false]]);
    now.atMs += 5 * minute;
    await pass();
    expect(saved).toHaveLength(3);
    answers.vcpu = 200;
    answers.scaled = [];
    now.atMs += 5 * minute;
    await pass();
    expect(saved.slice(3)).toEqual([200, [serviceArn, false]]);
  });

  it('is no quota where the policy names one, or Service Quotas tells none', async () => {
    const named = aReconciler({ stackPolicy: { ...stackPolicy, onDemandVcpuQuota: 50 } });
    await named.pass();
    expect(named.read.quotas).toBe(0);
    const silent = aReconciler();
    silent.answers.vcpu = undefined;
    await silent.pass();
    expect((await silent.ledger.readFleet()).onDemandVcpuQuota).toBeUndefined();
  });
});

describe('the pass', () => {
  const away = async (): Promise<never> => {
    throw new RetryableError('away');
  };

  it('goes on without Service Quotas', async () => {
    const { pass, ledger, told, asked, answers } = aReconciler({ quotas: { onDemandVcpu: away } });
    await pass();
    expect(told).toEqual(['Service Quotas did not answer']);
    expect((await ledger.readService(serviceArn)).autoScaled).toBe(true);
    expect(asked).toContain(serviceArn);
    expect(answers.gauges).toBeGreaterThan(0);
  });

  it('goes on without Application Auto Scaling: every service is taken for scaled', async () => {
    const { pass, ledger, told, asked } = aReconciler({ scaling: { scaledServices: away } });
    await pass();
    expect(told).toEqual(['Application Auto Scaling did not answer']);
    expect((await ledger.readFleet()).onDemandVcpuQuota).toBe(100);
    expect((await ledger.readService(serviceArn)).autoScaled).toBeUndefined();
    expect(asked).toContain(serviceArn);
  });

  it('writes what could not be written before as soon as it can', async () => {
    const down = { is: true };
    const clock = { nowMs: () => nowMs };
    const memory = createMemoryLedger(clock);
    const { pass, told } = aReconciler({
      ledger: {
        ...memory,
        recordAutoScaled: (arn, scaled) => (down.is ? away() : memory.recordAutoScaled(arn, scaled)),
      },
    });
    await pass();
    expect(told).toEqual(['Application Auto Scaling did not answer']);
    down.is = false;
    await pass();
    expect((await memory.readService(serviceArn)).autoScaled).toBe(true);
  });

  it('goes on without CloudWatch', async () => {
    const { pass, told, asked } = aReconciler({ gauges: { put: away } });
    await pass();
    expect(told).toEqual(['CloudWatch did not take the gauges']);
    expect(asked).toContain(serviceArn);
  });
});
