import { describe, expect, it } from 'vitest';
import { factsOfHistory } from '../../../local/diagnose/history.ts';
import { diagnose } from '../../../shared/decisions/diagnosis/diagnose.ts';
import { diagnosisText } from '../../../shared/decisions/diagnosis/diagnosis-text.ts';
import { aHistory, exited, notStarted, running, stopped, stoppedByScheduler, times } from '../../corpus/history.ts';

const ids = { taskArn: 'arn:aws:ecs:eu-west-1:111122223333:task/shop/0123456789abcdef0123456789abcdef' };

async function textOf(history: object, answer?: string): Promise<string[]> {
  const facts = await factsOfHistory('a history', JSON.stringify(history));
  return diagnosisText(diagnose(facts), facts, answer).split('\n');
}

describe('the text of a diagnosis', () => {
  it('says what failed, why, what speaks for it, what was done and what to do', async () => {
    const history = aHistory({
      desiredCount: 1,
      tasks: [exited(1, undefined, ids)],
    });

    const lines = await textOf(history, 'nothing: rollback-failed is not set');

    expect(lines).toEqual([
      'shop/web: web:8 (deployment ecs-svc/2000000000000000200) does not come up: 1 of 1 task failed in this way.',
      'Why: The application ends by itself with an error: container web, exit code 1 (application/exit_code, confidence medium).',
      'Seen: task 01234567: EssentialContainerExited, "Essential container in task exited", container web, exit code 1',
      'Done: nothing: rollback-failed is not set.',
      "To do: read the container's log. Log: https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Fecs$252Fweb/log-events/web$252Fweb$252F0123456789abcdef0123456789abcdef",
    ]);
  });

  it('says what ECS has done where nobody has decided, and nothing where nothing was done', async () => {
    const failed = await textOf(aHistory({ outcome: 'failed', tasks: [exited(1)] }));
    const stalled = await textOf(aHistory({ tasks: [exited(1)] }));

    expect(failed[3]).toBe('Done: it is rolled back by deployment ecs-svc/3000000000000000300.');
    expect(stalled).toHaveLength(4);
  });

  it('says how many run where none failed', async () => {
    const history = aHistory({
      tasks: [running()],
      placementFailures: [{ reason: 'RESOURCE:FARGATE', providers: ['FARGATE_SPOT'] }],
    });

    const [first] = await textOf(history);

    expect(first).toBe('shop/web: web:8 (deployment ecs-svc/2000000000000000200) does not come up: 1 of 4 tasks runs.');
  });

  it('keeps the end of a long message, which says why, and shortens ARNs', async () => {
    const reason = `ResourceInitializationError: ${'unable to pull secrets or registry auth: '.repeat(8)}AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/web/0f1e is not authorized`;

    const seen = (await textOf(aHistory({ tasks: times(2, () => notStarted(reason, ids)) })))[2];

    expect(seen).toHaveLength(200);
    expect(seen).toMatch(
      /^Seen: task 01234567: TaskFailedToStart, "ResourceInit.* … .*User: assumed-role\/web\/0f1e is not authorized"$/,
    );
  });

  it('tells the answer that the load balancer got', async () => {
    const task = stoppedByScheduler('Task failed ELB health checks in (target-group web)', ids);
    const history = aHistory({
      tasks: [task, stoppedByScheduler('Task failed ELB health checks in (target-group web)')],
      serviceEvents: [
        '(service web) (task 0123456789abcdef0123456789abcdef) (port 80) is unhealthy in (target-group web) due to (reason Health checks failed with these codes: [502]).',
      ],
    });

    const seen = (await textOf(history))[2];

    expect(seen).toContain('due to (reason Health checks failed with these codes: [502])');
  });

  it('repeats neither signed URLs nor passwords', async () => {
    const reason =
      'CannotPullContainerError: not found: Get "https://layers.s3.amazonaws.com/0f1e?X-Amz-Signature=hunter2": https://me:hunter2@registry.example.com password=hunter2';

    const text = (await textOf(aHistory({ tasks: [notStarted(reason)] }))).join('\n');

    expect(text).not.toContain('hunter2');
    expect(text).toContain('https://layers.s3.amazonaws.com/0f1e?…');
  });
});

describe('a diagnosis', () => {
  it('names the first failing task, and no logs of a container that never ran', async () => {
    const late = exited(3, undefined, { stoppedAt: '2026-05-12T12:30:00Z' });
    const first = exited(3, undefined, { ...ids, stoppedAt: '2026-05-12T12:10:00Z' });

    const crashed = diagnose(await factsOfHistory('a', JSON.stringify(aHistory({ tasks: [late, first] }))));
    const refused = diagnose(
      await factsOfHistory(
        'b',
        JSON.stringify(aHistory({ tasks: [notStarted('CannotPullContainerError: not found')] })),
      ),
    );

    expect(crashed.failing).toEqual({ count: 2, of: 2 });
    expect(crashed.firstFailingTask).toEqual({
      taskArn: ids.taskArn,
      stoppedAtMs: Date.UTC(2026, 4, 12, 12, 10),
      container: 'web',
      exitCode: 3,
      reason: 'Essential container in task exited',
    });
    expect(crashed.logs).toMatchObject({ group: '/ecs/web' });
    expect(refused.logs).toBeUndefined();
  });

  it('tells the failing container of several, and its logs', async () => {
    const history = aHistory({
      tasks: [
        stopped('EssentialContainerExited', 'Essential container in task exited', {
          containers: [
            { name: 'web', exitCode: 143 },
            { name: 'envoy', exitCode: 1 },
          ],
        }),
      ],
      containerDefinitions: [
        { name: 'web', logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/ecs/web' } } },
        { name: 'envoy', logConfiguration: { logDriver: 'awsfirelens', options: { Name: 's3', bucket: 'mesh' } } },
      ],
    });

    const { firstFailingTask, logs } = diagnose(await factsOfHistory('a', JSON.stringify(history)));

    expect(firstFailingTask?.container).toBe('envoy');
    expect(logs).toEqual({ logDriver: 'awsfirelens', container: 'envoy', destination: 'FireLens → s3 mesh' });
  });
});

describe('a task that is told of twice', () => {
  it('counts once, as ended', async () => {
    const facts = await factsOfHistory('a', JSON.stringify(aHistory({ tasks: [exited(1, undefined, ids)] })));
    const [ended] = facts.tasks;
    const before = { ...ids, desiredStatus: 'RUNNING', lastStatus: 'RUNNING', containers: [] };

    for (const tasks of [
      [ended ?? before, before],
      [before, ended ?? before],
    ]) {
      expect(diagnose({ ...facts, tasks }).failing).toEqual({ count: 1, of: 1 });
    }
  });
});
