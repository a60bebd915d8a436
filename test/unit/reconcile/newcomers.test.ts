import { describe, expect, it } from 'vitest';
import { createNewcomers } from '../../../functions/reconcile/newcomers.ts';
import { createQuietTelemetry } from '../../../local/virtual/quiet-telemetry.ts';
import { RetryableError } from '../../../shared/errors.ts';
import type { LookRequest } from '../../../shared/ports/jobs.ts';
import type { Enrolment } from '../../../shared/ports/ledger.ts';

const scope = 'arn:aws:ecs:us-east-1:111122223333';
const clusters = ['one', 'two'].map((name) => `${scope}:cluster/${name}`);

const definition = (name: string, tags = { 'ballast:resume': 'true' }): Enrolment => ({
  arn: `${scope}:task-definition/${name}`,
  kind: 'task-definition',
  tags,
});

/** Each cluster runs one task of every family. */
function aPass({ failsAt = '' } = {}) {
  const looks: LookRequest[] = [];
  const listed: string[] = [];
  const told: string[] = [];
  const broken = { at: failsAt };
  const newcomers = createNewcomers({
    runningTasks: {
      clusters: async () => clusters,
      async ofFamily(clusterArn, family) {
        const place = `${clusterArn.split('/')[1]}/${family}`;
        if (place === broken.at) throw new RetryableError('ListTasks: ThrottlingException');
        listed.push(place);
        return [`${scope}:task/${place}`];
      },
    },
    jobs: { look: async (requests) => void looks.push(...requests), lookLater: async () => {} },
    telemetry: { ...createQuietTelemetry(() => {}), postponed: (_about, why) => told.push(why) },
    tagPrefix: 'ballast:',
  });
  return { newcomers, looks, listed, told, broken };
}

describe('jobs that run before their task definition is found', () => {
  it('are looked at in every cluster, once for all revisions of a family', async () => {
    const { newcomers, looks } = aPass();
    await newcomers.look([definition('crunch:7'), definition('crunch:8')]);
    expect(looks).toEqual([
      { taskArn: `${scope}:task/one/crunch`, clusterArn: clusters[0], cause: 'running' },
      { taskArn: `${scope}:task/two/crunch`, clusterArn: clusters[1], cause: 'running' },
    ]);
  });

  it('are not asked for where nothing is new, or nothing is to be started again', async () => {
    const { newcomers, listed } = aPass();
    await newcomers.look([]);
    await newcomers.look([
      { ...definition('web:1', { 'ballast:resume': 'false' }) },
      { arn: `${scope}:service/one/web`, kind: 'service', tags: { 'ballast:resume': 'true' } },
    ]);
    expect(listed).toEqual([]);
  });

  it('are listed twenty times a pass at most, the rest in the next', async () => {
    const { newcomers, listed } = aPass();
    await newcomers.look(Array.from({ length: 15 }, (_, nth) => definition(`job-${nth}:1`)));
    expect(listed).toHaveLength(20);
    await newcomers.look([]);
    expect(new Set(listed).size).toBe(30);
  });

  it('are asked for again where ECS did not answer, and nobody else waits for that', async () => {
    const { newcomers, looks, told, broken } = aPass({ failsAt: 'two/crunch' });
    await newcomers.look([definition('crunch:1')]);
    expect(told).toEqual(['ECS did not list the tasks that run already']);
    broken.at = '';
    await newcomers.look([]);
    expect(looks.map(({ taskArn }) => taskArn)).toEqual([`${scope}:task/one/crunch`, `${scope}:task/two/crunch`]);
  });
});
