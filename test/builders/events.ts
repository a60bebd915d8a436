/** Events as EventBridge delivers them, whole and of real shape; a test changes what it is about. */

type Members = Readonly<Record<string, unknown>>;

export interface BuiltEvent extends Members {
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly time?: string;
  readonly resources: readonly string[];
  readonly detail: Members;
}

const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/shop';
const webArn = 'arn:aws:ecs:us-east-1:111122223333:service/shop/web';
const taskArn = 'arn:aws:ecs:us-east-1:111122223333:task/shop/0123456789abcdef0123456789abcdef';

/**
 * A running Fargate Spot task of the service `web`.
 * @param detail members to change; those set to undefined are left out.
 * @param envelope the same, of the envelope.
 */
export function aTaskStateChange(detail: Members = {}, envelope: Members = {}): BuiltEvent {
  return event('ECS Task State Change', [taskArn], envelope, {
    attachments: [
      {
        id: 'fe3a9a46-6a47-40ee-afd9-7952ae90a75a',
        type: 'eni',
        status: 'ATTACHED',
        details: [
          { name: 'subnetId', value: 'subnet-0d0eab1bb38d5ca64' },
          { name: 'networkInterfaceId', value: 'eni-0103a2f01bad57d71' },
          { name: 'privateIPv4Address', value: '10.0.1.163' },
        ],
      },
    ],
    attributes: [{ name: 'ecs.cpu-architecture', value: 'x86_64' }],
    availabilityZone: 'us-east-1b',
    capacityProviderName: 'FARGATE_SPOT',
    clusterArn,
    connectivity: 'CONNECTED',
    connectivityAt: '2026-03-01T11:02:17.19Z',
    containers: [
      {
        containerArn: 'arn:aws:ecs:us-east-1:111122223333:container/shop/0123456789abcdef0123456789abcdef/a0a99b87',
        lastStatus: 'RUNNING',
        name: 'web',
        image: 'nginx',
        taskArn,
        networkInterfaces: [{ attachmentId: 'fe3a9a46-6a47-40ee-afd9-7952ae90a75a', privateIpv4Address: '10.0.1.163' }],
        cpu: '99',
        memory: '100',
      },
      // GuardDuty puts its agent into tasks: without an image, and with a word where a number is expected.
      {
        containerArn: 'arn:aws:ecs:us-east-1:111122223333:container/shop/0123456789abcdef0123456789abcdef/a2010e2d',
        lastStatus: 'RUNNING',
        name: 'aws-guardduty-agent-nm40lC',
        taskArn,
        cpu: 'null',
      },
    ],
    cpu: '256',
    createdAt: '2026-03-01T11:02:13.877Z',
    desiredStatus: 'RUNNING',
    enableExecuteCommand: false,
    ephemeralStorage: { sizeInGiB: 20 },
    group: 'service:web',
    lastStatus: 'RUNNING',
    launchType: 'FARGATE',
    memory: '512',
    overrides: { containerOverrides: [{ name: 'web', environment: [{ name: 'TOKEN', value: 'hunter2' }] }] },
    platformVersion: '1.4.0',
    startedAt: '2026-03-01T11:02:34.325Z',
    startedBy: 'ecs-svc/1234567890123456789',
    taskArn,
    taskDefinitionArn: 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:7',
    updatedAt: '2026-03-01T12:00:00Z',
    version: 4,
    ...detail,
  });
}

/** That task under a Spot notice. */
export function aNotice(detail: Members = {}, envelope: Members = {}): BuiltEvent {
  return aTaskStateChange(
    {
      desiredStatus: 'STOPPED',
      stopCode: 'SpotInterruption',
      stoppedReason: 'Your Spot Task was interrupted.',
      version: 5,
      ...detail,
    },
    envelope,
  );
}

/** A steady state of the service `web`. */
export function aServiceAction(detail: Members = {}, envelope: Members = {}): BuiltEvent {
  return event('ECS Service Action', [webArn], envelope, {
    eventType: 'INFO',
    eventName: 'SERVICE_STEADY_STATE',
    clusterArn,
    createdAt: '2026-03-01T12:00:00.695Z',
    ...detail,
  });
}

/** Fargate Spot has no capacity for the service `web`. */
export function aSpotPlacementFailure(detail: Members = {}, envelope: Members = {}): BuiltEvent {
  return aServiceAction(
    {
      eventType: 'ERROR',
      eventName: 'SERVICE_TASK_PLACEMENT_FAILURE',
      capacityProviderArns: ['arn:aws:ecs:us-east-1:111122223333:capacity-provider/FARGATE_SPOT'],
      reason: 'RESOURCE:FARGATE',
      ...detail,
    },
    envelope,
  );
}

/** A deployment of the service `web` begins. */
export function aDeploymentStateChange(detail: Members = {}, envelope: Members = {}): BuiltEvent {
  return event('ECS Deployment State Change', [webArn], envelope, {
    eventType: 'INFO',
    eventName: 'SERVICE_DEPLOYMENT_IN_PROGRESS',
    deploymentId: 'ecs-svc/123',
    updatedAt: '2026-03-01T11:59:59Z',
    reason: 'ECS deployment ecs-svc/123 in progress.',
    ...detail,
  });
}

/** A task has saved its checkpoint; it comes on the bus `ballast`. */
export function aCheckpointReport(detail: Members = {}, envelope: Members = {}): BuiltEvent {
  return event(
    'Checkpoint Completed',
    [],
    { source: 'ballast.task', ...envelope },
    { checkpointId: 'c-1', taskArn, uri: 's3://checkpoints/c-1', ...detail },
  );
}

function event(detailType: string, resources: readonly string[], envelope: Members, detail: Members): BuiltEvent {
  return {
    id: 'af3c496d-f4a8-65d1-70f4-a69d52e9b584',
    'detail-type': detailType,
    source: 'aws.ecs',
    resources,
    ...present({
      version: '0',
      account: '111122223333',
      time: '2026-03-01T12:00:00Z',
      region: 'us-east-1',
      ...envelope,
    }),
    detail: present(detail),
  };
}

/** JSON has no undefined. */
function present(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
