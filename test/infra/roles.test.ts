import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { roles as made } from '../../infra/roles.ts';
import { root } from '../../scripts/root.ts';
import { parseStackPolicy } from '../../shared/policy/policy.ts';
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
  RunCheckpointHookLambdaFunction: 'RunCheckpointHookRole',
  ResumeLambdaFunction: 'ResumeRole',
  DiagnoseLambdaFunction: 'DiagnoseRole',
  DecideLambdaFunction: 'DecideRole',
  ReconcileLambdaFunction: 'ReconcileRole',
  ShowServicesLambdaFunction: 'ShowServicesRole',
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
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeVolumes',
      'ecs:DescribeTaskDefinition',
      'ecs:ListClusters',
      'ecs:ListTasks',
      'elasticloadbalancing:DescribeTargetHealth',
      'tag:GetResources',
    ]);
  });

  it('lets only decide, diagnose and resume write to ECS, and only decide touch what balances load', () => {
    const rolesThat = (writes: (action: string) => boolean) => [
      ...new Set(all.filter(({ statement: { Action } }) => Action.some(writes)).map(({ role }) => role)),
    ];
    const ecsOrRoles = (action: string) => /^(ecs|iam):/.test(action) && !readsEcs.test(action);
    expect(rolesThat(ecsOrRoles).sort()).toEqual(['DecideRole', 'DiagnoseRole', 'ResumeRole']);
    const balancing = (action: string) =>
      action.startsWith('route53:') || /^(elasticloadbalancing|servicediscovery):(?!Describe|List)/.test(action);
    expect(rolesThat(balancing)).toEqual(['DecideRole']);
  });

  it('lets resume write by starting tasks alone, and decide start none', () => {
    const writesEcs = (action: string) => action.startsWith('ecs:') && !readsEcs.test(action);
    expect(actionsOf('ResumeRole').filter(writesEcs)).toEqual(['ecs:RunTask', 'ecs:TagResource']);
    expect(actionsOf('DecideRole')).not.toContain('ecs:RunTask');
  });

  it('lets diagnose write by rolling back alone, and pass no role', () => {
    const writes = (action: string) => /^(ecs|iam):/.test(action) && !readsEcs.test(action);
    expect(actionsOf('DiagnoseRole').filter(writes)).toEqual(['ecs:StopServiceDeployment']);
    expect(statement('DiagnoseRole', 'ecs:StopServiceDeployment').Resource).toEqual([
      ecs('service/*'),
      ecs('service-deployment/*'),
    ]);
  });

  it('starts tasks only from task definitions that opted in', () => {
    const { Resource, Condition } = statement('ResumeRole', 'ecs:RunTask');
    expect(Resource).toEqual(ecs('task-definition/*'));
    expect(Condition).toEqual({ StringEquals: { 'aws:ResourceTag/ballast:resume': 'true' } });
  });

  it('tags tasks only while starting them', () => {
    const { Resource, Condition } = statement('ResumeRole', 'ecs:TagResource');
    expect(Resource).toEqual(ecs('task/*'));
    expect(Condition).toEqual({ StringEquals: { 'ecs:CreateAction': 'RunTask' } });
  });

  it('lets resume read tasks, and of EC2 what their launch was', () => {
    expect(statement('ResumeRole', 'ecs:DescribeTasks').Resource).toEqual(ecs('task/*'));
    expect(actionsOf('ResumeRole').filter((action) => action.startsWith('ec2:'))).toEqual([
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeVolumes',
    ]);
    expect(statement('ResumeRole', 'ec2:DescribeVolumes').Resource).toBe('*');
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

  it('passes roles to ECS tasks only, resume also to ECS for volumes', () => {
    const anyRole = { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/*` };
    const decide = statement('DecideRole', 'iam:PassRole');
    expect(decide.Resource).toEqual(anyRole);
    expect(decide.Condition).toEqual({ StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } });
    const resume = statement('ResumeRole', 'iam:PassRole');
    expect(resume.Resource).toEqual(anyRole);
    expect(resume.Condition).toEqual({
      StringEquals: { 'iam:PassedToService': ['ecs-tasks.amazonaws.com', 'ecs.amazonaws.com'] },
    });
  });

  it.each([
    ['OnSpotNoticeRole', ['CheckpointHookQueue', 'DecisionsQueue', 'ResumeQueue', 'WakeQueue']],
    ['OnTaskStateChangeRole', ['DecisionsQueue', 'ResumeQueue', 'WakeQueue']],
    ['OnServiceActionRole', ['DecisionsQueue', 'DiagnosisQueue', 'WakeQueue']],
    ['OnDeploymentStateChangeRole', ['DecisionsQueue', 'DiagnosisQueue', 'WakeQueue']],
    ['OnCheckpointReportRole', ['ResumeQueue']],
    ['RunCheckpointHookRole', ['ResumeQueue']],
    ['ResumeRole', ['ResumeQueue']],
    ['DiagnoseRole', ['DiagnosisQueue']],
    ['DecideRole', ['DecisionsQueue', 'WakeQueue']],
    ['ReconcileRole', ['DecisionsQueue', 'DiagnosisQueue', 'ResumeQueue', 'WakeQueue']],
  ])('lets %s send to %j and no other queue', (role, queues) => {
    const sending = statementsOf(role).filter(({ Action }) => Action.some((action) => action === 'sqs:SendMessage'));
    const to = sending.flatMap(({ Resource }) => Resource);
    expect(to.map((queue) => JSON.stringify(queue)).sort()).toEqual(
      queues.map((queue) => JSON.stringify({ 'Fn::GetAtt': [queue, 'Arn'] })),
    );
    expect(sending.filter(({ Condition }) => Condition !== undefined)).toEqual([]);
  });

  it('lets those that tell of decisions, checkpoints, jobs and deployments, and nobody else, publish on the bus', () => {
    const publishing = roles.filter((role) => actionsOf(role).includes('events:PutEvents')).sort();
    expect(publishing).toEqual([
      'DecideRole',
      'DiagnoseRole',
      'OnCheckpointReportRole',
      'OnSpotNoticeRole',
      'ResumeRole',
      'RunCheckpointHookRole',
    ]);
    for (const role of publishing) {
      expect(statement(role, 'events:PutEvents').Resource).toEqual({ 'Fn::GetAtt': ['BallastBus', 'Arn'] });
    }
  });

  it('lets show-services read the ledger and services, and do nothing else', () => {
    expect(actionsOf('ShowServicesRole')).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'ecs:DescribeServices',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
    ]);
    expect(statement('ShowServicesRole', 'dynamodb:Query').Resource).toEqual({ 'Fn::GetAtt': ['LedgerTable', 'Arn'] });
  });

  it('publishes metrics in our namespace only', () => {
    expect(statement('ReconcileRole', 'cloudwatch:PutMetricData').Condition).toEqual({
      StringEquals: { 'cloudwatch:namespace': 'Ballast' },
    });
  });

  it('lets each function read only the queue that is mapped to it', () => {
    const mapped = resourcesOf('AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => Properties);
    expect(mapped).toHaveLength(10);
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

/** What the code allows the roles of such a policy; `hooks` as infra/policy.yml has them. */
function statementsGiven(tagPrefix: string, hooks: Readonly<Record<string, { readonly lambda?: string }>>) {
  const policy = parseStackPolicy({
    ...parse(readFileSync(join(root, 'infra/policy.yml'), 'utf8')),
    tagPrefix,
    hooks,
  });
  return (role: string): Statement[] => {
    const { Policies } = (made(policy)[role]?.Properties ?? { Policies: [] }) as {
      readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
    };
    return Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  };
}

describe('what the policy makes of the roles', () => {
  const invokes = (statements: readonly Statement[]) =>
    statements.filter(({ Action }) => Action.some((action) => action.startsWith('lambda:')));

  it('invokes exactly the functions that hooks name, as they name them', () => {
    const of = statementsGiven('ballast:', {
      'in-task': {},
      save: { lambda: 'save-state' },
      again: { lambda: 'save-state' },
      live: { lambda: 'save-state:live' },
      latest: { lambda: 'save-state:$LATEST' },
      elsewhere: { lambda: 'arn:aws:lambda:eu-west-1:444455556666:function:save:7' },
    });
    expect(invokes(of('RunCheckpointHookRole'))).toEqual([
      {
        Sid: 'InvokeHooks',
        Effect: 'Allow',
        Action: ['lambda:InvokeFunction'],
        Resource: [
          arn('lambda', 'function:save-state'),
          arn('lambda', 'function:save-state:live'),
          arn('lambda', 'function:save-state:$LATEST'),
          'arn:aws:lambda:eu-west-1:444455556666:function:save:7',
        ],
      },
    ]);
  });

  it('lets no other function invoke hooks', () => {
    const of = statementsGiven('ballast:', { save: { lambda: 'save-state' } });
    expect(roles.filter((role) => invokes(of(role)).length > 0)).toEqual(['RunCheckpointHookRole']);
  });

  it('invokes nothing where no hook has a function', () => {
    expect(invokes(statementsGiven('ballast:', {})('RunCheckpointHookRole'))).toEqual([]);
    expect(invokes(statementsGiven('ballast:', { 'in-task': {} })('RunCheckpointHookRole'))).toEqual([]);
  });

  it('asks for opting in by the tags of the policy', () => {
    const of = statementsGiven('team/', {});
    const conditions = [...of('ResumeRole'), ...of('DecideRole')].map(({ Condition }) => JSON.stringify(Condition));
    expect(conditions).toContain('{"StringEquals":{"aws:ResourceTag/team/resume":"true"}}');
    expect(conditions).toContain('{"StringEquals":{"aws:ResourceTag/team/managed":"true"}}');
    expect(conditions.join()).not.toContain('ballast:managed');
    expect(conditions.join()).not.toContain('ballast:resume');
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
  'client-ec2': 'ec2',
  'client-ecs': 'ecs',
  'client-elastic-load-balancing-v2': 'elasticloadbalancing',
  'client-eventbridge': 'events',
  'client-lambda': 'lambda',
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
      if (found === null) return [];
      const action = `${prefixes[found[1] ?? '']}:${found[2]}`;
      // The one whose permission has another name.
      return action === 'lambda:Invoke' ? 'lambda:InvokeFunction' : action;
    });
}

describe('least privilege', () => {
  it.each([
    ['on-spot-notice', 'OnSpotNoticeRole'],
    ['on-task-state-change', 'OnTaskStateChangeRole'],
    ['on-service-action', 'OnServiceActionRole'],
    ['on-deployment-state-change', 'OnDeploymentStateChangeRole'],
    ['on-checkpoint-report', 'OnCheckpointReportRole'],
    ['run-checkpoint-hook', 'RunCheckpointHookRole'],
    ['resume', 'ResumeRole'],
    ['decide', 'DecideRole'],
    ['reconcile', 'ReconcileRole'],
    ['show-services', 'ShowServicesRole'],
  ])('allows %s nothing that its bundle cannot call', (name, role) => {
    const callable = bundledActions(name);
    expect(callable.length).toBeGreaterThan(0);
    expect(actionsOf(role).filter((action) => !notCalled.test(action) && !callable.includes(action))).toEqual([]);
  });

  it('allows decide everything that its bundle can call', () => {
    // The client brings DescribeEndpoints along for endpoint discovery, which is off; the port of ECS brings RunTask,
    // which is resume's.
    const allowed = [...actionsOf('DecideRole'), 'dynamodb:DescribeEndpoints', 'ecs:RunTask'];
    expect(bundledActions('decide').filter((action) => !allowed.includes(action))).toEqual([]);
  });

  it('has nothing that writes in the bundle of show-services', () => {
    expect(bundledActions('show-services').sort()).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:DescribeEndpoints',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'ecs:DescribeServices',
    ]);
  });

  it.each([
    ['run-checkpoint-hook', ['lambda:InvokeFunction']],
    ['resume', ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeVolumes', 'ecs:DescribeTasks', 'ecs:RunTask']],
  ])('has in the bundle of %s what only it calls: %j', (name, actions) => {
    expect(bundledActions(name)).toEqual(expect.arrayContaining(actions));
  });
});
