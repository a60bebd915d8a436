import { describe, expect, it } from 'vitest';
import { factsOfHistory } from '../../../local/diagnose/history.ts';
import {
  aHistory,
  deploymentId,
  exited,
  hookEvent,
  running,
  service,
  serviceAction,
  taskEvent,
  times,
} from '../../corpus/history.ts';

const factsOf = (history: object) => factsOfHistory('history.json', JSON.stringify(history));

describe('a recorded history', () => {
  it('is about the deployment that a rollback replaces', async () => {
    const facts = await factsOf(aHistory({ outcome: 'failed', tasks: times(3, () => exited(1)) }));

    expect(facts).toMatchObject({
      serviceArn: service,
      symptom: 'deployment_failed',
      symptomReason: 'ECS deployment circuit breaker: tasks failed to start.',
      deploymentId,
      rollbackDeploymentId: 'ecs-svc/3000000000000000300',
      rolloutState: 'FAILED',
      failedTasks: 3,
      capacityProviders: ['FARGATE_SPOT'],
      ecsRollsBack: true,
    });
    expect(facts.tasks).toHaveLength(3);
  });

  it('is about the deployment that is asked for', async () => {
    const history = { ...aHistory({ outcome: 'failed' }), deployment: 'ecs-svc/1000000000000000100' };

    const facts = await factsOf(history);

    expect(facts).toMatchObject({ deploymentId: 'ecs-svc/1000000000000000100', symptom: 'stalled' });
  });

  it('holds the tasks of that deployment only, each as it was last seen', async () => {
    const task = running({ version: 3 });
    const later = taskEvent({
      members: {
        ...task.members,
        version: 5,
        desiredStatus: 'STOPPED',
        lastStatus: 'STOPPED',
        stopCode: 'SpotInterruption',
      },
    });
    const foreign = running({ startedBy: 'ecs-svc/1000000000000000100' });

    const facts = await factsOf(aHistory({ tasks: [task, foreign], events: [later] }));

    expect(facts.tasks).toHaveLength(1);
    expect(facts.tasks[0]).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'SpotInterruption' });
  });

  it('leaves out what happened before the deployment began', async () => {
    const facts = await factsOf(
      aHistory({
        serviceEvents: ['(service web) was unable to place a task. Reason: Capacity is unavailable at this time.'],
        events: [serviceAction('SERVICE_TASK_PLACEMENT_FAILURE', -10, { reason: 'RESOURCE:FARGATE' })],
        placementFailures: [{ reason: 'RESOURCE:FARGATE', providers: ['FARGATE_SPOT'] }],
      }),
    );

    expect(facts.serviceEvents.map(({ message }) => message)).toEqual([
      '(service web) was unable to place a task. Reason: Capacity is unavailable at this time.',
    ]);
    expect(facts.placementFailures).toEqual([
      { atMs: Date.UTC(2026, 4, 12, 12, 4), reason: 'RESOURCE:FARGATE', capacityProviders: ['FARGATE_SPOT'] },
    ]);
  });

  it('takes epoch seconds as well as ISO times with an offset', async () => {
    const seconds = Date.UTC(2026, 4, 12, 12, 7) / 1_000;
    const task = exited(1, undefined, { createdAt: '2026-05-12T14:01:00.500+02:00', stoppedAt: seconds + 0.25 });

    const facts = await factsOf(aHistory({ tasks: [task] }));

    expect(facts.tasks[0]).toMatchObject({
      createdAtMs: Date.UTC(2026, 4, 12, 12, 1) + 500,
      stoppedAtMs: Date.UTC(2026, 4, 12, 12, 7) + 250,
    });
  });

  it('may be events alone', async () => {
    const { events } = aHistory({ outcome: 'failed', tasksFrom: 'events', tasks: times(3, () => exited(1)) });

    const facts = await factsOf({ events });

    expect(facts).toMatchObject({ serviceName: 'web', deploymentId, symptom: 'deployment_failed' });
    expect(facts.tasks).toHaveLength(3);
  });

  it('may be tasks alone', async () => {
    const tasks = times(2, () => exited(1)).map(({ members }) => members);

    const facts = await factsOf({ describeTasks: { tasks } });

    expect(facts).toMatchObject({ serviceArn: service, serviceName: 'web', deploymentId, symptom: 'stalled' });
  });

  it('takes a hook of its service deployment from the event', async () => {
    const facts = await factsOf(aHistory({ events: [hookEvent('HOOK_FAILED'), hookEvent('HOOK_SUCCEEDED')] }));

    expect(facts.symptom).toBe('hook_failed');
    expect(facts.hooks).toEqual([
      {
        atMs: Date.UTC(2026, 4, 12, 12, 9),
        status: 'HOOK_FAILED',
        hookId: 'ecs-pause-0a1b2c',
        lifecycleStage: 'POST_TEST_TRAFFIC_SHIFT',
      },
    ]);
  });

  it('takes null for what AWS does not know', async () => {
    const history = aHistory({ tasks: [exited(1, undefined, { stoppedReason: null, capacityProviderName: null })] });

    const facts = await factsOf(history);

    expect(facts.tasks[0]).not.toHaveProperty('stoppedReason');
  });
});

describe('a history that cannot be used', () => {
  it.each([
    ['{"password": "hunter2"', 'history.json: is no JSON (22 characters)'],
    ['[]', 'history.json: expected an object'],
    ['{}', 'history.json: has none of the parts that a history can have'],
    ['{"describeTasks": {"tasks": [{"taskArn": 7}]}}', 'history.json: describeTasks.tasks.0.taskArn: expected an ARN'],
    [
      '{"describeTasks": {"tasks": [{"taskArn": "arn:aws:ecs:eu-west-1:111122223333:task/shop/0", "desiredStatus": "STOPPED", "lastStatus": "STOPPED", "stoppedAt": "yesterday"}]}}',
      'history.json: describeTasks.tasks.0.stoppedAt: expected an ISO time or epoch seconds',
    ],
    ['{"events": [{"detail": {}}]}', 'history.json: events.0.detail-type: expected a text'],
    [
      '{"events": [{"id": "a", "source": "aws.ecs", "detail-type": "ECS Service Action", "detail": {}}]}',
      'history.json: events.0: ECS Service Action: detail.eventName: must be of type string',
    ],
    [
      '{"events": [{"detail-type": "ECS Task State Change", "detail": {"taskArn": "web"}}]}',
      'history.json: events.0.detail.taskArn: expected the ARN of a task',
    ],
    [
      '{"describeTasks": {"tasks": []}}',
      "history.json: names no service: neither describeServices, nor an event, nor a task's group",
    ],
  ])('is named by file and member: %s', async (content, message) => {
    await expect(factsOfHistory('history.json', content)).rejects.toThrow(message);
  });
});
