import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { createScaling } from './adapters/application-auto-scaling.ts';
import {
  briefEventBridgeClient,
  cloudWatchClient,
  dynamoDbClient,
  ec2Client,
  ecsClient,
  eventBridgeClient,
  lambdaClient,
  loadBalancingClient,
  onlookersEcsClient,
  quotasClient,
  scalingClient,
  serviceDiscoveryClient,
  sqsClient,
  taggingClient,
} from './adapters/clients.ts';
import { createServiceRegistries } from './adapters/cloud-map.ts';
import { createCloudWatchGauges } from './adapters/cloudwatch-gauges.ts';
import { createDeployments } from './adapters/deployments.ts';
import { createDynamoLedger } from './adapters/dynamo-ledger.ts';
import { createEc2 } from './adapters/ec2.ts';
import { createEcs } from './adapters/ecs.ts';
import { createEcsServices } from './adapters/ecs-services.ts';
import { createEcsTasks } from './adapters/ecs-tasks.ts';
import { createEventBus } from './adapters/event-bus.ts';
import { createLambdaHooks } from './adapters/lambda-hooks.ts';
import { createLedgerView } from './adapters/ledger-view.ts';
import { createLoadBalancers } from './adapters/load-balancers.ts';
import { createRunningTasks } from './adapters/running-tasks.ts';
import { createQuotas } from './adapters/service-quotas.ts';
import { createSqsDecisions } from './adapters/sqs-decisions.ts';
import { createSqsDiagnoses } from './adapters/sqs-diagnoses.ts';
import { createSqsHookCalls, createSqsJobs } from './adapters/sqs-jobs.ts';
import { createDiscovery } from './adapters/tagging.ts';
import { createEnrolmentCache } from './enrolment-cache.ts';
import { type Environment, required } from './environment.ts';
import type { Clock } from './ports/clock.ts';
import type { Ledger } from './ports/ledger.ts';
import { createEmfTelemetry } from './telemetry/emf-telemetry.ts';
import { restoreStack } from './telemetry/original-stack.ts';

/** How the deployed functions get their ports: one function each, so that a bundle holds only the clients it uses. */

export const systemClock: Clock = { nowMs: () => Date.now() };

export const telemetryOf = () => createEmfTelemetry(new Logger(), new Metrics());

export const ledgerOf = (env: Environment) =>
  createDynamoLedger(dynamoDbClient(), { tableName: required(env, 'BALLAST_TABLE_NAME') }, systemClock);

export const ledgerViewOf = (env: Environment) =>
  createLedgerView(dynamoDbClient(), { tableName: required(env, 'BALLAST_TABLE_NAME') }, systemClock);

/** A line in the log for what was left out, and no metrics: their part of the bundle is a tenth. */
export const warningsOf = () => {
  const logger = new Logger();
  return (message: string, error: unknown): void => {
    restoreStack(error);
    logger.warn(message, error instanceof Error ? { error } : {});
  };
};

export const decisionsOf = (env: Environment) =>
  createSqsDecisions(
    sqsClient(),
    {
      decisionsQueueUrl: required(env, 'BALLAST_DECISIONS_QUEUE_URL'),
      wakeQueueUrl: required(env, 'BALLAST_WAKE_QUEUE_URL'),
    },
    systemClock,
  );

export const ecsOf = () => createEcs(ecsClient());

export const onlookersEcsOf = () => createEcsServices(onlookersEcsClient());

export const ecsTasksOf = () => createEcsTasks(ecsClient());

export const deploymentsOf = () => createDeployments(ecsClient());

export const runningTasksOf = () => createRunningTasks(ecsClient());

export const loadBalancersOf = () => createLoadBalancers(loadBalancingClient());

export const serviceRegistriesOf = () => createServiceRegistries(serviceDiscoveryClient());

export const quotasOf = () => createQuotas(quotasClient());

export const scalingOf = () => createScaling(scalingClient());

export const busOf = (env: Environment) =>
  createEventBus(eventBridgeClient(), { busName: required(env, 'BALLAST_BUS_NAME') });

/** For what may get lost rather than be waited for. */
export const announcedBusOf = (env: Environment) =>
  createEventBus(briefEventBridgeClient(), { busName: required(env, 'BALLAST_BUS_NAME') });

export const hooksOf = () => createLambdaHooks(lambdaClient(), systemClock);

export const ec2Of = () => createEc2(ec2Client());

export const jobsOf = (env: Environment) =>
  createSqsJobs(sqsClient(), { resumeQueueUrl: required(env, 'BALLAST_RESUME_QUEUE_URL') });

export const diagnosesOf = (env: Environment) =>
  createSqsDiagnoses(sqsClient(), { diagnosisQueueUrl: required(env, 'BALLAST_DIAGNOSIS_QUEUE_URL') });

export const hookCallsOf = (env: Environment) =>
  createSqsHookCalls(sqsClient(), { hookQueueUrl: required(env, 'BALLAST_HOOK_QUEUE_URL') });

export const discoveryOf = (tagPrefix: string) => createDiscovery(taggingClient(), { tagPrefix });

export const gaugesOf = () => createCloudWatchGauges(cloudWatchClient());

export const enrolmentsOf = (ledger: Ledger) => createEnrolmentCache(ledger, systemClock);
