import { describe, expect, it } from 'vitest';
import type { ReplayEvent, ServiceModel, TaskModel } from '../../../local/replay/model.ts';
import { createTold } from '../../../local/replay/policies/told.ts';

const hour = 3_600_000;
const nowMs = Date.parse('2026-01-05T12:00:00Z');
const serviceArn = 'arn:aws:ecs:us-east-1:111122223333:service/replay/web';

function aService(role: ServiceModel['role'], provider: 'spot' | 'onDemand'): ServiceModel {
  return {
    name: 'web',
    role,
    createdAtMs: nowMs,
    desiredCount: 1,
    tasks: new Set(),
    deployments: [{ id: 'ecs-svc/1', provider, createdAtMs: nowMs, rolloutState: 'COMPLETED', reason: '' }],
    steady: true,
    backoffMs: 0,
    nextTryAtMs: 0,
  };
}

function aTask(changed: Partial<TaskModel> = {}): TaskModel {
  const service = aService('primary', 'spot');
  return { id: 1, service, deployment: service.deployments[0], provider: 'spot', launchedAtMs: nowMs, ...changed };
}

const told = () => createTold({ serviceArn, spotProvider: 'FARGATE_SPOT', onDemandProvider: 'FARGATE' });
const about = (kind: 'notice' | 'running' | 'stopped', task: TaskModel): ReplayEvent => ({ kind, atMs: nowMs, task });

describe('what the ledger would hold', () => {
  const noticed = aTask({ healthyAtMs: nowMs - hour, toldAtMs: nowMs, noticed: true });

  it('tells a notice from the end that follows it', () => {
    const ledger = told();

    expect(ledger.hear(about('notice', noticed), nowMs)).toBe('notice');
    expect(ledger.tasks(nowMs)).toMatchObject([
      { desiredStatus: 'STOPPED', lastStatus: 'RUNNING', spotStopAtMs: nowMs, startedAtMs: nowMs - hour },
    ]);
    // The notice has told it already.
    expect(ledger.hear(about('stopped', { ...noticed, goneAtMs: nowMs + 30_000 }), nowMs + 31_000)).toBeUndefined();
    expect(ledger.tasks(nowMs)).toMatchObject([{ lastStatus: 'STOPPED', stoppedAtMs: nowMs + 30_000 }]);
  });

  it('learns of a lost notice by the end of the task', () => {
    const ledger = told();

    expect(ledger.hear(about('stopped', { ...noticed, goneAtMs: nowMs + 30_000 }), nowMs + 31_000)).toBe(
      'task_stopped',
    );
    expect(ledger.tasks(nowMs)).toMatchObject([{ spotStopAtMs: nowMs }]);
  });

  it('does not let an older event overwrite a newer one', () => {
    const ledger = told();
    ledger.hear(about('notice', noticed), nowMs);

    expect(ledger.hear(about('running', noticed), nowMs + 500)).toBeUndefined();
    expect(ledger.tasks(nowMs)).toMatchObject([{ desiredStatus: 'STOPPED' }]);
  });

  it('asks nothing when a task stops that nobody took', () => {
    const stopped = aTask({ healthyAtMs: nowMs - hour, toldAtMs: nowMs, goneAtMs: nowMs + 30_000 });

    expect(told().hear(about('stopped', stopped), nowMs + 31_000)).toBeUndefined();
  });

  it('forgets a task after six hours and a signal after a day', () => {
    const ledger = told();
    ledger.hear(about('notice', noticed), nowMs);
    ledger.hear({ kind: 'placementFailure', atMs: nowMs, service: aService('primary', 'spot') }, nowMs);

    expect(ledger.tasks(nowMs + 6 * hour - 1)).toHaveLength(1);
    expect(ledger.tasks(nowMs + 6 * hour)).toHaveLength(0);
    expect(ledger.signals(nowMs + 24 * hour - 1)).toMatchObject({ spot_placement_failure: { atMs: nowMs } });
    expect(ledger.signals(nowMs + 24 * hour)).toEqual({});
  });

  it('keeps the newest signal of a kind, and none of the bridge', () => {
    const ledger = told();
    const failure = (atMs: number, role: ServiceModel['role']): ReplayEvent => ({
      kind: 'placementFailure',
      atMs,
      service: aService(role, role === 'primary' ? 'spot' : 'onDemand'),
    });

    expect(ledger.hear(failure(nowMs + 10, 'primary'), nowMs + 20)).toBe('service_action');
    ledger.hear(failure(nowMs, 'primary'), nowMs + 30);
    expect(ledger.signals(nowMs + 30)).toMatchObject({ spot_placement_failure: { atMs: nowMs + 10 } });
    expect(ledger.hear(failure(nowMs, 'companion'), nowMs + 30)).toBeUndefined();
    expect(
      ledger.hear({ kind: 'steadyState', atMs: nowMs, service: aService('companion', 'onDemand') }, nowMs),
    ).toBeUndefined();
    expect(ledger.signals(nowMs)).not.toHaveProperty('steady_state');
    expect(
      ledger.hear({ kind: 'steadyState', atMs: nowMs, service: aService('primary', 'spot') }, nowMs),
    ).toBeUndefined();
    expect(ledger.signals(nowMs)).toMatchObject({ steady_state: { atMs: nowMs } });
  });
});
