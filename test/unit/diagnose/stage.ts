import type { DiagnoseDeps } from '../../../functions/diagnose/deps.ts';
import { createMemoryLedger } from '../../../local/memory-ledger.ts';
import { createQuietTelemetry } from '../../../local/virtual/quiet-telemetry.ts';
import type { DeploymentTask } from '../../../shared/decisions/diagnosis/deployment-facts.ts';
import type { BusEvent } from '../../../shared/ports/bus.ts';
import type { DescribedServiceDeployment } from '../../../shared/ports/deployments.ts';
import type { DiagnosisRequest } from '../../../shared/ports/diagnoses.ts';
import type { Service } from '../../../shared/ports/ecs.ts';
import { aDeployment, aService, nowMs, serviceArn, stackPolicy } from '../../builders/service-facts.ts';

const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/shop';
const serviceDeploymentArn = 'arn:aws:ecs:us-east-1:111122223333:service-deployment/shop/web/d1';
const minute = 60_000;

/** A release whose image does not exist, beside the tasks that it was to replace. */
export const failing = aService({
  tags: { 'ballast:managed': 'true', 'ballast:mode': 'act', 'ballast:rollback-failed': 'true' },
  deployments: [
    aDeployment({
      id: 'ecs-svc/777',
      rolloutState: 'IN_PROGRESS',
      runningCount: 0,
      failedTasks: 3,
      createdAtMs: nowMs - 5 * minute,
    }),
    aDeployment({ status: 'ACTIVE' }),
  ],
});

export const request: DiagnosisRequest = { serviceArn, clusterArn, symptom: 'task_start_impaired', atMs: nowMs };

function withoutImage(id: string, createdAtMs: number): DeploymentTask {
  return {
    taskArn: `arn:aws:ecs:us-east-1:111122223333:task/shop/${id}`,
    desiredStatus: 'STOPPED',
    lastStatus: 'STOPPED',
    capacityProviderName: 'FARGATE_SPOT',
    stopCode: 'TaskFailedToStart',
    stoppedReason: 'CannotPullContainerError: pull image manifest has been retried 1 time(s): web:8: not found',
    createdAtMs,
    stoppedAtMs: createdAtMs + 20_000,
    containers: [{ name: 'web' }],
  };
}

/** Called before each call of a port and after it; it may throw, or wait. */
export type Hazard = (call: string, moment: 'before' | 'after') => Promise<void> | void;

/** What ECS holds, and what was done to it; time moves by `clock.atMs`. */
export function aStage({ service = failing, hazard = () => {} }: { service?: Service; hazard?: Hazard } = {}) {
  const clock = { atMs: nowMs, nowMs: () => clock.atMs };
  const ecs = { service, status: 'IN_PROGRESS', refusal: undefined as Error | undefined };
  const ledger = createMemoryLedger(clock);
  const did = { rollBacks: 0, told: [] as BusEvent[], later: [] as DiagnosisRequest[], postponed: 0, diagnosed: 0 };

  const describedDeployment = (): DescribedServiceDeployment => ({
    serviceDeploymentArn,
    status: ecs.status,
    createdAtMs: nowMs - 5 * minute,
    hooks: [],
  });
  const deps: DiagnoseDeps = hazardous(hazard, {
    ledger,
    deployments: {
      describe: async () => ({ service: ecs.service, events: [], ecsRollsBack: false }),
      serviceDeployment: async (arn) => (arn === serviceDeploymentArn ? describedDeployment() : undefined),
      serviceDeploymentsSince: async () => [
        { serviceDeploymentArn: `${serviceDeploymentArn}-before`, createdAtMs: nowMs - 5.5 * minute },
        { serviceDeploymentArn, createdAtMs: nowMs - 5 * minute },
      ],
      tasksOf: async () => [withoutImage('a', nowMs - 4 * minute), withoutImage('b', nowMs - 3 * minute)],
      newestStarter: async () => 'ecs-svc/901',
      logsOf: async () => [],
      rollBack: async () => {
        if (ecs.refusal !== undefined) throw ecs.refusal;
        if (ecs.status !== 'IN_PROGRESS') return 'conflict';
        did.rollBacks += 1;
        ecs.status = 'ROLLBACK_REQUESTED';
        return 'asked';
      },
    },
    loadBalancers: { targetHealth: async () => [] },
    diagnoses: {
      askLater: async (asked) => {
        did.later.push(asked);
      },
    },
    bus: {
      publish: async (events) => {
        did.told.push(...events);
      },
    },
    telemetry: {
      ...createQuietTelemetry(() => {}),
      deploymentDiagnosed: () => {
        did.diagnosed += 1;
      },
      postponed: () => {
        did.postponed += 1;
      },
    },
    clock,
    stackPolicy,
  });
  return { deps, did, ecs, clock, ledger };
}

const calm = ['clock', 'stackPolicy', 'telemetry'];

/** Every asynchronous call of the ports goes through the hazard. */
function hazardous(hazard: Hazard, deps: DiagnoseDeps): DiagnoseDeps {
  const wrapped = Object.entries(deps).map(([name, port]) => {
    if (calm.includes(name)) return [name, port];
    const methods = Object.entries(port as Record<string, (...args: unknown[]) => Promise<unknown>>).map(
      ([method, call]) => [
        method,
        async (...args: unknown[]) => {
          await hazard(`${name}.${method}`, 'before');
          const answer = await call(...args);
          await hazard(`${name}.${method}`, 'after');
          return answer;
        },
      ],
    );
    return [name, Object.fromEntries(methods)];
  });
  // The same methods under the same names.
  return Object.fromEntries(wrapped) as DiagnoseDeps;
}
