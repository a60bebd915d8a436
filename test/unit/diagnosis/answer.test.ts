import { describe, expect, it } from 'vitest';
import { type AnswerReason, planAnswer } from '../../../shared/decisions/diagnosis/answer.ts';
import type { DeploymentFacts } from '../../../shared/decisions/diagnosis/deployment-facts.ts';
import {
  type DeploymentFailureClass,
  deploymentFailureClasses,
} from '../../../shared/decisions/diagnosis/diagnosis.ts';
import type { ServicePolicy } from '../../../shared/policy/policy.ts';
import { nowMs, serviceArn } from '../../builders/service-facts.ts';

type AnswerPolicy = Pick<ServicePolicy, 'mode' | 'rollbackFailed' | 'deployWhenShort'>;

const serviceDeploymentArn = 'arn:aws:ecs:us-east-1:111122223333:service-deployment/shop/web/d1';
const inProgress = { serviceDeploymentArn, status: 'IN_PROGRESS' };
const rollsBack: AnswerPolicy = { mode: 'act', rollbackFailed: true, deployWhenShort: 'wait' };

const someFacts = (changed: Partial<DeploymentFacts> = {}): DeploymentFacts => ({
  serviceArn,
  clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
  serviceName: 'web',
  symptom: 'stalled',
  deploymentController: 'ECS',
  deploymentStrategy: 'ROLLING',
  deploymentId: 'ecs-svc/777',
  observedAtMs: nowMs,
  desiredCount: 10,
  runningCount: 0,
  pendingCount: 0,
  failedTasks: 4,
  capacityProviders: ['FARGATE_SPOT'],
  ecsRollsBack: false,
  serviceDeployment: inProgress,
  tasks: [],
  serviceEvents: [],
  placementFailures: [],
  unhealthyTargets: [],
  hooks: [],
  logs: [],
  ...changed,
});

interface Case {
  readonly facts?: Partial<DeploymentFacts>;
  readonly failureClass?: DeploymentFailureClass;
  readonly policy?: Partial<AnswerPolicy>;
  readonly isPaused?: boolean;
}

/** Reasons that the plan itself gives; the others are what comes of carrying it out. */
type Planned = Exclude<AnswerReason, 'rollback_refused'>;

const cases: Record<Planned, Case> = {
  not_ours: { facts: { deploymentController: 'CODE_DEPLOY' } },
  ecs_rolled_back: { facts: { rollbackDeploymentId: 'ecs-svc/778' } },
  ecs_rolls_back: { facts: { ecsRollsBack: true } },
  waits_for_capacity: { failureClass: 'capacity' },
  shift_when_short: { failureClass: 'capacity', policy: { deployWhenShort: 'shift' } },
  rollback_not_opted_in: { policy: { rollbackFailed: false } },
  not_answered_by_rollback: { failureClass: 'unknown' },
  observe: { policy: { mode: 'observe' } },
  paused: { isPaused: true },
  no_service_deployment: { facts: withoutServiceDeployment() },
  somebody_else_acted: { facts: { serviceDeployment: { serviceDeploymentArn, status: 'STOP_REQUESTED' } } },
  rolled_back: {},
};

function plan({ facts = {}, failureClass = 'image', policy = {}, isPaused = false }: Case) {
  return planAnswer(someFacts(facts), failureClass, { ...rollsBack, ...policy }, isPaused);
}

function withoutServiceDeployment(): Partial<DeploymentFacts> {
  const { serviceDeployment: _none, ...rest } = someFacts();
  // Spread over the whole facts an absent member would stay; undefined is what its absence reads as.
  return { ...rest, serviceDeployment: undefined } as unknown as Partial<DeploymentFacts>;
}

describe('the answer to a failing deployment', () => {
  it.each(Object.entries(cases))('is %s', (reason, one) => {
    const answer = plan(one);
    expect(answer.reason).toBe(reason);
    expect(answer.kind).toBe(reason === 'rolled_back' ? 'StopServiceDeployment' : 'tell');
  });

  it.each(deploymentFailureClasses)(
    'rolls back class %s only where the release itself does not work',
    (failureClass) => {
      const expected = ['image', 'configuration', 'application', 'health-check'].includes(failureClass);
      expect(plan({ failureClass }).kind === 'StopServiceDeployment').toBe(expected);
    },
  );

  it.each(['ROLLBACK_REQUESTED', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_SUCCESSFUL', 'ROLLBACK_FAILED'])(
    'is nothing where the service deployment is %s',
    (status) => {
      const answer = plan({ facts: { serviceDeployment: { serviceDeploymentArn, status } } });
      expect(answer).toEqual({
        kind: 'tell',
        reason: 'ecs_rolled_back',
        text: `nothing by us: it is rolled back already (${status})`,
      });
    },
  );

  it('never rolls back for lack of capacity, whatever the policy says', () => {
    expect(plan({ failureClass: 'capacity', policy: { rollbackFailed: true, deployWhenShort: 'shift' } }).kind).toBe(
      'tell',
    );
  });
});
