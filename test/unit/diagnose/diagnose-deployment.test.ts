import { describe, expect, it } from 'vitest';
import { diagnoseDeployment } from '../../../functions/diagnose/diagnose-deployment.ts';
import { RetryableError, TerminalError } from '../../../shared/errors.ts';
import { aDeployment, aService, nowMs, serviceArn } from '../../builders/service-facts.ts';
import { aStage, failing, type Hazard, request } from './stage.ts';

describe('a failing deployment', () => {
  it('is diagnosed, answered and told once, however often it is asked about', async () => {
    const { deps, did, ledger } = aStage();
    const handle = diagnoseDeployment(deps);
    await handle(request);
    await handle({ ...request, symptom: 'stalled' });
    await handle({ ...request, symptom: 'deployment_failed', deploymentId: 'ecs-svc/777' });

    expect(did).toMatchObject({ rollBacks: 1, diagnosed: 1 });
    expect(did.told).toHaveLength(1);
    expect(did.told[0]).toMatchObject({
      detailType: 'Deployment Diagnosed',
      resources: [serviceArn],
      detail: {
        deploymentId: 'ecs-svc/777',
        serviceName: 'web',
        class: 'image',
        confidence: 'high',
        answer: { kind: 'StopServiceDeployment', reason: 'rolled_back' },
        failing: { count: 2, of: 2 },
      },
    });
    const [record] = await ledger.decisions(serviceArn, 1);
    expect(record).toMatchObject({
      reason: 'deployment_diagnosed',
      diagnosis: { deploymentId: 'ecs-svc/777', class: 'image', answer: 'rolled_back' },
    });
  });

  it('is told in at most five lines', async () => {
    const { deps, did } = aStage();
    await diagnoseDeployment(deps)(request);
    expect(String(did.told[0]?.detail.text).split('\n').length).toBeLessThanOrEqual(5);
  });

  it('waits for whoever diagnoses it already, and comes after him should he fail', async () => {
    const { deps, did, ledger, clock } = aStage();
    await ledger.claimDiagnosis(serviceArn, 'ecs-svc/777', 45_000);
    await diagnoseDeployment(deps)(request);
    expect(did).toMatchObject({ later: [request], told: [] });
    clock.atMs += 45_000;
    await diagnoseDeployment(deps)(request);
    expect(did.told).toHaveLength(1);
  });

  it.each([
    { who: 'did not opt in', service: aService({ ...failing, tags: { 'ballast:mode': 'act' } }) },
    {
      who: 'has a tag that is wrong',
      service: aService({ ...failing, tags: { ...failing.tags, 'ballast:mode': 'acting' } }),
    },
    { who: 'is gone', service: aService({ ...failing, status: 'INACTIVE' }) },
  ])('of a service that $who is none of ours', async ({ service }) => {
    const { deps, did } = aStage({ service });
    await diagnoseDeployment(deps)(request);
    expect(did).toMatchObject({ rollBacks: 0, told: [], diagnosed: 0 });
  });
});

describe('a deployment by CodeDeploy', () => {
  it('is known by what started its newest task, observed and not touched', async () => {
    const { deps, did } = aStage({
      service: aService({ ...failing, deploymentController: 'CODE_DEPLOY', deployments: [] }),
    });
    await diagnoseDeployment(deps)(request);
    expect(did.rollBacks).toBe(0);
    expect(did.told[0]?.detail).toMatchObject({
      deploymentId: 'ecs-svc/901',
      class: 'image',
      answer: { kind: 'tell', reason: 'not_ours' },
    });
  });
});

describe('a rollback', () => {
  const rolledBack = aService({
    ...failing,
    deployments: [
      aDeployment({
        id: 'ecs-svc/778',
        rolloutState: 'IN_PROGRESS',
        rolloutStateReason: 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1000.',
        createdAtMs: nowMs,
      }),
      aDeployment({ id: 'ecs-svc/777', status: 'ACTIVE', rolloutState: 'FAILED', createdAtMs: nowMs - 300_000 }),
      aDeployment({ status: 'ACTIVE' }),
    ],
  });

  it('is linked to the deployment that it takes back, and not diagnosed as one of its own', async () => {
    const { deps, did } = aStage({ service: rolledBack });
    const handle = diagnoseDeployment(deps);
    const reason = 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1000.';
    await handle({ ...request, symptom: 'rolled_back', deploymentId: 'ecs-svc/778', reason });
    await handle({ ...request, symptom: 'stalled', deploymentId: 'ecs-svc/778' });
    await handle({ ...request, symptom: 'deployment_failed', deploymentId: 'ecs-svc/778' });
    expect(did.told).toHaveLength(1);
    expect(did.told[0]?.detail).toMatchObject({
      deploymentId: 'ecs-svc/777',
      rollbackDeploymentId: 'ecs-svc/778',
      answer: { kind: 'tell', reason: 'ecs_rolled_back' },
    });
    expect(did.rollBacks).toBe(0);
  });
});

describe('a rollback of ours', () => {
  const onceBefore = (call: string, work: () => void): Hazard => {
    let isFirst = true;
    return (name, moment) => {
      if (name !== call || moment !== 'before' || !isFirst) return;
      isFirst = false;
      work();
    };
  };

  it('is left to whoever acted between the facts and the write', async () => {
    const stage = aStage({
      hazard: onceBefore('ledger.readFleet', () => {
        stage.ecs.status = 'STOPPED';
      }),
    });
    await diagnoseDeployment(stage.deps)(request);
    expect(stage.did.rollBacks).toBe(0);
    expect(stage.did.told[0]?.detail).toMatchObject({ answer: { kind: 'tell', reason: 'somebody_else_acted' } });
  });

  it('is left to whoever acted in the last moment', async () => {
    const stage = aStage({
      hazard: onceBefore('deployments.rollBack', () => {
        stage.ecs.status = 'STOP_REQUESTED';
      }),
    });
    await diagnoseDeployment(stage.deps)(request);
    expect(stage.did.told[0]?.detail).toMatchObject({ answer: { kind: 'tell', reason: 'somebody_else_acted' } });
  });

  it('that ECS refuses for good is told with its words', async () => {
    const stage = aStage();
    stage.ecs.refusal = new TerminalError('StopServiceDeployment: AccessDeniedException: no', 'AccessDeniedException');
    await diagnoseDeployment(stage.deps)(request);
    expect(stage.did.told[0]?.detail).toMatchObject({
      answer: {
        kind: 'tell',
        reason: 'rollback_refused',
        text: 'ECS refused the rollback: StopServiceDeployment: AccessDeniedException: no',
      },
    });
  });

  it('that ECS does not take now is tried again by redelivery', async () => {
    const stage = aStage();
    stage.ecs.refusal = new RetryableError('StopServiceDeployment: ThrottlingException');
    await expect(diagnoseDeployment(stage.deps)(request)).rejects.toThrow(RetryableError);
    expect(stage.did.told).toEqual([]);
    stage.ecs.refusal = undefined;
    // A message comes again after three minutes, when the claim has lapsed.
    stage.clock.atMs += 180_000;
    await diagnoseDeployment(stage.deps)(request);
    expect(stage.did).toMatchObject({ rollBacks: 1, diagnosed: 1 });
  });

  it.each([
    { who: 'the service', pause: (ledger: ReturnType<typeof aStage>['ledger']) => ledger.setPause(serviceArn, true) },
    { who: 'everything', pause: (ledger: ReturnType<typeof aStage>['ledger']) => ledger.setPause(undefined, true) },
  ])('is not made while a person has paused $who', async ({ pause }) => {
    const { deps, did, ledger } = aStage();
    await pause(ledger);
    await diagnoseDeployment(deps)(request);
    expect(did.rollBacks).toBe(0);
    expect(did.told[0]?.detail).toMatchObject({ answer: { reason: 'paused' } });
  });

  it('is told without target health where the load balancer does not answer', async () => {
    const { deps, did } = aStage({
      service: aService({ ...failing, loadBalancers: [{ targetGroupArn: 'arn:tg' }] }),
      hazard: (call) => {
        if (call === 'loadBalancers.targetHealth') throw new RetryableError('DescribeTargetHealth');
      },
    });
    await diagnoseDeployment(deps)(request);
    expect(did).toMatchObject({ rollBacks: 1, diagnosed: 1, postponed: 1 });
  });
});
