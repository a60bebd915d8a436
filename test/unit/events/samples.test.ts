import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { serviceSignal as deploymentSignal } from '../../../shared/events/deployment-state-change.ts';
import { serviceSignal as actionSignal } from '../../../shared/events/service-action.ts';
import { taskFacts } from '../../../shared/events/task-state-change.ts';

/** Samples from AWS's documentation; they are not part of the project and may not be there. */
const folder = new URL('../../../../shared/events/', import.meta.url);

function sample(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));
}

describe.skipIf(!existsSync(folder))("AWS's samples", () => {
  it.each([
    ['ec2-running', 'RUNNING', 'RUNNING', 'other', false],
    ['fargate-running', 'RUNNING', 'RUNNING', 'other', false],
    ['fargate-running.2020-doc', 'RUNNING', 'RUNNING', 'other', false],
    ['fargate-spot-warning.aws-snippet', 'STOPPED', 'RUNNING', 'spot', true],
    ['fargate-spot-warning.COMPOSED', 'STOPPED', 'RUNNING', 'spot', true],
    ['fargate-spot-stopped.COMPOSED', 'STOPPED', 'STOPPED', 'spot', false],
  ])('task-state-change.%s: %s, %s, %s', (name, desiredStatus, lastStatus, spotStop, isNotice) => {
    expect(taskFacts(sample(`task-state-change.${name}`), 0)).toMatchObject({
      desiredStatus,
      lastStatus,
      spotStop,
      isNotice,
    });
  });

  it.each([
    ['service-steady-state', 'steady_state'],
    ['service-task-placement-failure.fargate-spot', 'spot_placement_failure'],
    ['service-task-placement-failure.ec2-cpu', 'other_placement_failure'],
    ['service-task-start-impaired', 'task_start_impaired'],
    ['capacity-provider-steady-state', undefined],
  ])('service-action.%s: %s', (name, kind) => {
    expect(actionSignal(sample(`service-action.${name}`), 0)?.kind).toBe(kind);
  });

  it.each([
    ['in-progress', 'deployment_in_progress'],
    ['in-progress.rollback', 'deployment_in_progress'],
    ['completed', 'deployment_completed'],
    ['failed', 'deployment_failed'],
  ])('deployment-state-change.service-deployment-%s: %s', (name, kind) => {
    expect(deploymentSignal(sample(`deployment-state-change.service-deployment-${name}`), 0)).toMatchObject({
      kind,
      clusterArn: 'arn:aws:ecs:us-west-2:111122223333:cluster/default',
      serviceName: 'servicetest',
    });
  });

  it('are all looked at', () => {
    const families = /^(task-state-change|service-action|deployment-state-change)\./;
    expect(readdirSync(folder).filter((name) => families.test(name))).toHaveLength(15);
  });
});
