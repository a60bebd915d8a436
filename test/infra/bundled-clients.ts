/** What `bundled-clients.test.ts` bundles as the functions are: every client, and an action of each. */

export { DescribeScalableTargetsCommand } from '@aws-sdk/client-application-auto-scaling';
export { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
export { PutItemCommand } from '@aws-sdk/client-dynamodb';
export { DescribeVolumesCommand } from '@aws-sdk/client-ec2';
export { ListTasksCommand } from '@aws-sdk/client-ecs';
export { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
export { PutEventsCommand } from '@aws-sdk/client-eventbridge';
export { InvokeCommand } from '@aws-sdk/client-lambda';
export { GetResourcesCommand } from '@aws-sdk/client-resource-groups-tagging-api';
export { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
export { ListInstancesCommand } from '@aws-sdk/client-servicediscovery';
export { SendMessageCommand } from '@aws-sdk/client-sqs';
export * from '../../shared/adapters/clients.ts';
