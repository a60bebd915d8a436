import { describe, expect, it } from 'vitest';
import { bundleOf } from './bundles.ts';
import { actionsOf, propertiesOf, resourcesOf, type Statement, statementsOf, template } from './packaged.ts';

const roles = resourcesOf('AWS::IAM::Role').map(([logicalId]) => logicalId);
const all = roles.flatMap((role) => statementsOf(role).map((statement) => ({ role, statement })));

const functionRoles = {
  OnSpotNoticeLambdaFunction: 'OnSpotNoticeRole',
  OnTaskStateChangeLambdaFunction: 'OnTaskStateChangeRole',
  OnServiceActionLambdaFunction: 'OnServiceActionRole',
  OnDeploymentStateChangeLambdaFunction: 'OnDeploymentStateChangeRole',
  OnCheckpointReportLambdaFunction: 'OnCheckpointReportRole',
  DecideLambdaFunction: 'DecideRole',
  ReconcileLambdaFunction: 'ReconcileRole',
};

const arn = (service: string, resource: string) => ({
  'Fn::Sub': ['arn:', 'AWS::Partition', `:${service}:`, 'AWS::Region', ':', 'AWS::AccountId', `:${resource}`]
    .map((part) => (part.startsWith('AWS::') ? `\${${part}}` : part))
    .join(''),
});

const ecs = (resource: string) => arn('ecs', resource);

const statement = (role: string, action: string): Statement => {
  const found = statementsOf(role).filter(({ Action }) => Action.includes(action));
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${role} allows ${action} in ${found.length} statements`);
  return only;
};

const readsEcs = /^ecs:(Describe|List)/;

describe('roles of the packaged stack', () => {
  it('gives every function a role of its own', () => {
    const given = resourcesOf('AWS::Lambda::Function').map(([logicalId, { Properties }]) => [
      logicalId,
      Properties.Role,
    ]);
    expect(Object.fromEntries(given)).toEqual(
      Object.fromEntries(Object.entries(functionRoles).map(([name, role]) => [name, { 'Fn::GetAtt': [role, 'Arn'] }])),
    );
    expect(roles.sort()).toEqual(Object.values(functionRoles).sort());
  });

  it('attaches no managed policy to any role', () => {
    expect(roles.filter((role) => propertiesOf(role).ManagedPolicyArns !== undefined)).toEqual([]);
  });

  it('lets only Lambda assume the roles', () => {
    for (const role of roles) {
      expect(propertiesOf(role).AssumeRolePolicyDocument).toEqual({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      });
    }
  });

  it('names every action in full', () => {
    expect(all.length).toBeGreaterThan(20);
    const actions = all.flatMap(({ statement: { Action } }) => Action);
    expect(actions.filter((action) => !/^[a-z0-9-]+:[A-Z][A-Za-z]+$/.test(action))).toEqual([]);
  });

  it('uses the resource * only for actions that have none in the service authorization reference', () => {
    const everywhere = all.filter(({ statement: { Resource } }) => JSON.stringify(Resource).includes('"*"'));
    expect([...new Set(everywhere.flatMap(({ statement: { Action } }) => Action))].sort()).toEqual([
      'application-autoscaling:DescribeScalableTargets',
      'cloudwatch:PutMetricData',
      'ecs:ListTasks',
      'elasticloadbalancing:DescribeTargetHealth',
      'tag:GetResources',
    ]);
  });

  it('lets only decide write to ECS, to load balancers, to registries and pass roles', () => {
    const writers = all
      .filter(({ statement: { Action } }) =>
        Action.some(
          (action) =>
            (action.startsWith('ecs:') && !readsEcs.test(action)) ||
            action.startsWith('iam:') ||
            action.startsWith('route53:') ||
            /^(elasticloadbalancing|servicediscovery):(?!Describe|List)/.test(action),
        ),
      )
      .map(({ role }) => role);
    expect([...new Set(writers)]).toEqual(['DecideRole']);
  });

  it('lets decide write to ECS by exactly these actions', () => {
    expect(actionsOf('DecideRole').filter((action) => action.startsWith('ecs:') && !readsEcs.test(action))).toEqual([
      'ecs:CreateService',
      'ecs:DeleteService',
      'ecs:StopServiceDeployment',
      'ecs:TagResource',
      'ecs:UpdateService',
      'ecs:UpdateService',
    ]);
  });

  it('creates services only under a bridge name and with the tag that says whose bridge it is', () => {
    const { Resource, Condition } = statement('DecideRole', 'ecs:CreateService');
    expect(Resource).toEqual(ecs('service/*/ballast-*'));
    expect(Condition).toEqual({ Null: { 'aws:RequestTag/ballast:bridge-of': 'false' } });
  });

  it('tags services only while creating them', () => {
    const { Resource, Condition } = statement('DecideRole', 'ecs:TagResource');
    expect(Resource).toEqual(ecs('service/*/ballast-*'));
    expect(Condition).toEqual({ StringEquals: { 'ecs:CreateAction': 'CreateService' } });
  });

  it('deletes only bridges', () => {
    const { Resource, Condition } = statement('DecideRole', 'ecs:DeleteService');
    expect(Resource).toEqual(ecs('service/*/ballast-*'));
    expect(Condition).toEqual({ Null: { 'aws:ResourceTag/ballast:bridge-of': 'false' } });
  });

  it('updates only bridges and services that opted in', () => {
    const updates = statementsOf('DecideRole').filter(({ Action }) => Action.includes('ecs:UpdateService'));
    expect(updates.map(({ Resource, Condition }) => ({ Resource, Condition }))).toEqual([
      {
        Resource: ecs('service/*/ballast-*'),
        Condition: { Null: { 'aws:ResourceTag/ballast:bridge-of': 'false' } },
      },
      {
        Resource: ecs('service/*'),
        Condition: { StringEquals: { 'aws:ResourceTag/ballast:managed': 'true' } },
      },
    ]);
  });

  it('takes targets and instances out, and can put none in', () => {
    const touches = (action: string) => /^(elasticloadbalancing|servicediscovery):/.test(action);
    expect(actionsOf('DecideRole').filter(touches)).toEqual([
      'elasticloadbalancing:DeregisterTargets',
      'elasticloadbalancing:DescribeTargetHealth',
      'servicediscovery:DeregisterInstance',
      'servicediscovery:ListInstances',
    ]);
    expect(statement('DecideRole', 'elasticloadbalancing:DeregisterTargets').Resource).toEqual(
      arn('elasticloadbalancing', 'targetgroup/*'),
    );
    for (const action of ['servicediscovery:DeregisterInstance', 'servicediscovery:ListInstances']) {
      expect(statement('DecideRole', action).Resource).toEqual(arn('servicediscovery', 'service/*'));
    }
  });

  it('lets decide into Route 53 only through an AWS service, and only to delete records and health checks', () => {
    const ofRoute53 = statementsOf('DecideRole').filter(({ Action }) => Action.join().includes('route53:'));
    expect(ofRoute53.map(({ Action, Resource, Condition }) => ({ Action, Resource, Condition }))).toEqual([
      {
        Action: ['route53:ChangeResourceRecordSets'],
        Resource: { 'Fn::Sub': `arn:\${AWS::Partition}:route53:::hostedzone/*` },
        Condition: {
          Bool: { 'aws:ViaAWSService': 'true' },
          'ForAllValues:StringEquals': { 'route53:ChangeResourceRecordSetsActions': ['DELETE'] },
        },
      },
      {
        Action: ['route53:GetHealthCheck', 'route53:UpdateHealthCheck', 'route53:DeleteHealthCheck'],
        Resource: { 'Fn::Sub': `arn:\${AWS::Partition}:route53:::healthcheck/*` },
        Condition: { Bool: { 'aws:ViaAWSService': 'true' } },
      },
    ]);
  });

  it('reads container instances of ECS', () => {
    expect(statement('DecideRole', 'ecs:DescribeContainerInstances').Resource).toEqual(ecs('container-instance/*'));
  });

  it('lets only reconcile ask for the quota and for what is scaled', () => {
    const asks = (action: string) => /^(servicequotas|application-autoscaling):/.test(action);
    expect(
      roles.flatMap((role) =>
        actionsOf(role)
          .filter(asks)
          .map((action) => [role, action]),
      ),
    ).toEqual([
      ['ReconcileRole', 'application-autoscaling:DescribeScalableTargets'],
      ['ReconcileRole', 'servicequotas:GetServiceQuota'],
    ]);
    expect(statement('ReconcileRole', 'servicequotas:GetServiceQuota').Resource).toEqual(
      arn('servicequotas', 'fargate/*'),
    );
  });

  it('passes roles to ECS tasks only', () => {
    expect(statement('DecideRole', 'iam:PassRole').Condition).toEqual({
      StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
    });
  });

  it('publishes metrics in our namespace only', () => {
    expect(statement('ReconcileRole', 'cloudwatch:PutMetricData').Condition).toEqual({
      StringEquals: { 'cloudwatch:namespace': 'Ballast' },
    });
  });

  it('lets each function read only the queue that is mapped to it', () => {
    const mapped = resourcesOf('AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => Properties);
    expect(mapped).toHaveLength(7);
    for (const { EventSourceArn, FunctionName } of mapped) {
      const role = Object.entries(functionRoles).find(([name]) =>
        JSON.stringify(FunctionName).includes(`"${name}"`),
      )?.[1];
      expect(statement(role ?? '', 'sqs:ReceiveMessage').Resource).toEqual(EventSourceArn);
    }
  });

  it('lets each function write only its own log group', () => {
    const groups = Object.entries(functionRoles).map(([name, role]) => [
      JSON.stringify(statement(role, 'logs:PutLogEvents').Resource),
      `:log-group:/aws/lambda/${String(template.Resources[name]?.Properties.FunctionName)}:*"}`,
    ]);
    for (const [resource, expected] of groups) expect(resource?.endsWith(expected ?? '-')).toBe(true);
  });
});

/** Actions that no code of ours calls: Lambda polls and logs with them, ECS and Cloud Map demand them beside another. */
const notCalled =
  /^(logs:|route53:|sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes)$|iam:PassRole$|ecs:TagResource$)/;

/** IAM's prefix for the service of each client package. */
const prefixes: Readonly<Record<string, string>> = {
  'client-application-auto-scaling': 'application-autoscaling',
  'client-cloudwatch': 'cloudwatch',
  'client-dynamodb': 'dynamodb',
  'client-ecs': 'ecs',
  'client-elastic-load-balancing-v2': 'elasticloadbalancing',
  'client-eventbridge': 'events',
  'client-resource-groups-tagging-api': 'tag',
  'client-service-quotas': 'servicequotas',
  'client-servicediscovery': 'servicediscovery',
  'client-sqs': 'sqs',
};

/** The IAM actions of the SDK commands that are in a bundle. */
function bundledActions(name: string): string[] {
  const inputs = Object.entries(bundleOf(name).inputs);
  return inputs
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([path]) => {
      const found = /@aws-sdk\/([^/]+)\/.*\/commands\/(\w+?)(Batch)?Command\.js$/.exec(path);
      return found === null ? [] : [`${prefixes[found[1] ?? '']}:${found[2]}`];
    });
}

describe('least privilege', () => {
  it.each([
    ['on-spot-notice', 'OnSpotNoticeRole'],
    ['on-task-state-change', 'OnTaskStateChangeRole'],
    ['on-service-action', 'OnServiceActionRole'],
    ['on-deployment-state-change', 'OnDeploymentStateChangeRole'],
    ['on-checkpoint-report', 'OnCheckpointReportRole'],
    ['decide', 'DecideRole'],
    ['reconcile', 'ReconcileRole'],
  ])('allows %s nothing that its bundle cannot call', (name, role) => {
    const callable = bundledActions(name);
    expect(callable.length).toBeGreaterThan(0);
    expect(actionsOf(role).filter((action) => !notCalled.test(action) && !callable.includes(action))).toEqual([]);
  });

  it('allows decide everything that its bundle can call', () => {
    // The client brings DescribeEndpoints along for endpoint discovery, which is off.
    const allowed = [...actionsOf('DecideRole'), 'dynamodb:DescribeEndpoints'];
    expect(bundledActions('decide').filter((action) => !allowed.includes(action))).toEqual([]);
  });
});
