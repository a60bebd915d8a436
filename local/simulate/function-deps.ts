import type { DecideDeps } from '../../functions/decide/decide.ts';
import type { DiagnoseDeps } from '../../functions/diagnose/deps.ts';
import type { DeploymentStateChangeDeps } from '../../functions/on-deployment-state-change/on-deployment-state-change.ts';
import type { ServiceActionDeps } from '../../functions/on-service-action/on-service-action.ts';
import type { SpotNoticeDeps } from '../../functions/on-spot-notice/on-spot-notice.ts';
import type { TaskStateChangeDeps } from '../../functions/on-task-state-change/on-task-state-change.ts';
import type { ReconcileDeps } from '../../functions/reconcile/reconcile.ts';
import type { ResumeDeps } from '../../functions/resume/deps.ts';
import { createScaling } from '../../shared/adapters/application-auto-scaling.ts';
import { createServiceRegistries } from '../../shared/adapters/cloud-map.ts';
import { createDeployments } from '../../shared/adapters/deployments.ts';
import { createEc2 } from '../../shared/adapters/ec2.ts';
import { createEcs } from '../../shared/adapters/ecs.ts';
import { createEventBus } from '../../shared/adapters/event-bus.ts';
import { createLoadBalancers } from '../../shared/adapters/load-balancers.ts';
import { createRunningTasks } from '../../shared/adapters/running-tasks.ts';
import { createQuotas } from '../../shared/adapters/service-quotas.ts';
import { createSqsDecisions } from '../../shared/adapters/sqs-decisions.ts';
import { createSqsDiagnoses } from '../../shared/adapters/sqs-diagnoses.ts';
import { createSqsHookCalls, createSqsJobs } from '../../shared/adapters/sqs-jobs.ts';
import { createDiscovery } from '../../shared/adapters/tagging.ts';
import { createEnrolmentCache } from '../../shared/enrolment-cache.ts';
import { createPace } from '../../shared/pace.ts';
import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Diagnoses } from '../../shared/ports/diagnoses.ts';
import type { Ecs } from '../../shared/ports/ecs.ts';
import type { Gauges } from '../../shared/ports/gauges.ts';
import type { Hooks } from '../../shared/ports/hooks.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import type { AwsService } from '../world/world.ts';
import { functionSetups } from './function-setups.ts';

/** Everything that any of the functions is given; each takes what it knows. */
export interface FunctionDeps
  extends DecideDeps,
    SpotNoticeDeps,
    TaskStateChangeDeps,
    ServiceActionDeps,
    DeploymentStateChangeDeps,
    ReconcileDeps,
    DiagnoseDeps,
    ResumeDeps {
  readonly ecs: Ecs;
  readonly decisions: ReconcileDeps['decisions'];
  readonly diagnoses: Diagnoses;
  readonly loadBalancers: DecideDeps['loadBalancers'];
  readonly ledger: Ledger;
  readonly enrolments: SpotNoticeDeps['enrolments'];
  readonly telemetry: Telemetry;
  readonly stackPolicy: StackPolicy;
  readonly hooks: Hooks;
}

/** A call as an SDK client sends it. */
export type Send = (action: string, input: Readonly<Record<string, unknown>>) => Promise<unknown>;

export interface Surroundings {
  /** To an AWS service that the world answers for. */
  readonly aws: (service: AwsService) => Send;
  readonly sqs: Send;
  readonly events: Send;
  readonly ledger: Ledger;
  readonly gauges: Gauges;
  readonly hooks: Hooks;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly stackPolicy: StackPolicy;
}

/** The real adapters around an environment's way to AWS; one set per environment, as on Lambda. */
export function createDeps(around: Surroundings): FunctionDeps {
  const { aws, ledger, clock, telemetry, stackPolicy, gauges, hooks } = around;
  const sqs = clientOf(around.sqs);
  const queues = { decisionsQueueUrl: 'decide', wakeQueueUrl: 'reconcile' };
  return {
    ledger,
    clock,
    telemetry,
    stackPolicy,
    gauges,
    hooks,
    tagPrefix: stackPolicy.tagPrefix,
    ecs: createEcs(clientOf(aws('ecs'))),
    deployments: createDeployments(clientOf(aws('ecs'))),
    runningTasks: createRunningTasks(clientOf(aws('ecs'))),
    loadBalancers: createLoadBalancers(clientOf(aws('elasticloadbalancing'))),
    serviceRegistries: createServiceRegistries(clientOf(aws('servicediscovery'))),
    discovery: createDiscovery(clientOf(aws('tagging')), { tagPrefix: stackPolicy.tagPrefix }),
    quotas: createQuotas(clientOf(aws('servicequotas'))),
    scaling: createScaling(clientOf(aws('application-autoscaling'))),
    ec2: createEc2(clientOf(aws('ec2'))),
    decisions: createSqsDecisions(sqs, queues, clock),
    jobs: createSqsJobs(sqs, { resumeQueueUrl: 'resume' }),
    diagnoses: createSqsDiagnoses(sqs, { diagnosisQueueUrl: 'diagnose' }),
    hookCalls: createSqsHookCalls(sqs, { hookQueueUrl: 'run-checkpoint-hook' }),
    bus: createEventBus(clientOf(around.events), { busName: 'ballast' }),
    enrolments: createEnrolmentCache(ledger, clock),
    pace: createPace({ sharePercent: stackPolicy.ecsApiShare, concurrency: functionSetups.decide.concurrency }, clock),
  };
}

const actionOf = new WeakMap<object, string>();

/** An SDK client's `send` has an overload per command; whoever answers does it in that command's own shape. */
function clientOf(send: Send): never {
  const client = {
    send: (command: { readonly input: Readonly<Record<string, unknown>> }) => {
      let action = actionOf.get(command.constructor);
      if (action === undefined) {
        action = command.constructor.name.replace(/Command$/, '');
        actionOf.set(command.constructor, action);
      }
      return send(action, command.input);
    },
  };
  return client as never;
}
