import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { SQSClient } from '@aws-sdk/client-sqs';

/**
 * AWS clients for a two-minute clock: a call that hangs is given up after seconds, so that the next attempt still
 * counts. Region, credentials and endpoints (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_<SERVICE>`) come from the
 * environment, by the SDK itself; only a queue's messages go to the host of its URL.
 */
const patience = {
  maxAttempts: 3,
  // The SDK's default, whatever the environment says: the other mode is not part of the bundles.
  retryMode: 'standard',
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
};

export const cloudWatchClient = () => new CloudWatchClient(patience);
export const dynamoDbClient = () => new DynamoDBClient(patience);
export const ec2Client = () => new EC2Client(patience);
export const ecsClient = () => new ECSClient(patience);
/** For looking on: when ECS throttles, others need its rates more. */
export const onlookersEcsClient = () => new ECSClient({ ...patience, maxAttempts: 1 });
export const eventBridgeClient = () => new EventBridgeClient(patience);
/** For announcements: decisions wait behind it. */
export const briefEventBridgeClient = () =>
  new EventBridgeClient({
    ...patience,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 500, requestTimeout: 1_000, throwOnRequestTimeout: true },
  });
/**
 * Waits for a hook as long as Lambda lets a function run: whoever invokes says how much of that there is time for, and
 * tries again himself.
 */
export const lambdaClient = () =>
  new LambdaClient({
    ...patience,
    maxAttempts: 1,
    requestHandler: { ...patience.requestHandler, requestTimeout: 900_000 },
  });
export const loadBalancingClient = () => new ElasticLoadBalancingV2Client(patience);
export const quotasClient = () => new ServiceQuotasClient(patience);
export const scalingClient = () => new ApplicationAutoScalingClient(patience);
export const serviceDiscoveryClient = () => new ServiceDiscoveryClient(patience);
export const sqsClient = () => new SQSClient(patience);
export const taggingClient = () => new ResourceGroupsTaggingAPIClient(patience);
