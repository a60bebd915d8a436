import {
  aHistory,
  type CorpusCase,
  idOf,
  notStarted,
  repository,
  serviceAction,
  stopped,
  targetGroup,
  times,
} from './history.ts';

const refused = (stoppedReason: string) =>
  aHistory({ outcome: 'failed', tasks: times(3, () => notStarted(stoppedReason)) });

const elsewhere = times(2, () =>
  stopped('ServiceSchedulerInitiated', `Task failed ELB health checks in (target-group ${targetGroup})`),
);

/** What is around the image is not right. */
export const configurationCases: readonly CorpusCase[] = [
  {
    name: 'secret that does not exist',
    history: refused(
      "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:web-AbCdEf from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.",
    ),
    class: 'configuration',
    cause: 'secrets',
    confidence: 'high',
    why: 'Reached, allowed, and not there.',
  },
  {
    name: 'secret that does not exist, in the newer wording',
    history: refused(
      "ResourceNotFoundException: The task can't retrieve the secret with ARN 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:web-AbCdEf' from AWS Secrets Manager. Check whether the secret exists in the specified Region.",
    ),
    class: 'configuration',
    cause: 'secrets',
    confidence: 'high',
    why: 'Another category, the same secret.',
  },
  {
    name: 'parameter that does not exist',
    history: refused(
      'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: /web/database-url',
    ),
    class: 'configuration',
    cause: 'secrets',
    confidence: 'high',
    why: 'Parameter Store does not know the name.',
  },
  {
    name: 'secret that the execution role may not read',
    history: refused(
      'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret from secrets manager: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/web-execution/0f1e is not authorized to perform: secretsmanager:GetSecretValue',
    ),
    class: 'configuration',
    cause: 'role',
    confidence: 'high',
    why: 'The secret may be right: the role is not allowed to look.',
  },
  {
    name: 'role that cannot be assumed',
    history: aHistory({
      serviceEvents: [
        "(service web) failed to launch a task with (error ECS was unable to assume the role 'arn:aws:iam::111122223333:role/web-task' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.).",
      ],
    }),
    class: 'configuration',
    cause: 'role',
    confidence: 'high',
    why: 'No task was ever made, so there is only the service event; it names the role.',
  },
  {
    name: 'no way to ECR for the login',
    history: refused(
      'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused by: Post "https://api.ecr.eu-west-1.amazonaws.com/": dial tcp 10.0.1.7:443: i/o timeout',
    ),
    class: 'configuration',
    cause: 'network',
    confidence: 'high',
    why: 'It is about the registry, but the registry was never reached: no NAT, no endpoint.',
  },
  {
    name: 'no way to ECR, in the newer wording',
    history: refused(
      'ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry authentication from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration.',
    ),
    class: 'configuration',
    cause: 'network',
    confidence: 'high',
    why: 'AWS names the connection itself.',
  },
  {
    name: 'no way to Parameter Store',
    history: refused(
      'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: RequestCanceled: request context canceled caused by: context deadline exceeded',
    ),
    class: 'configuration',
    cause: 'network',
    confidence: 'high',
    why: 'It speaks of secrets, but it timed out on the way to them.',
  },
  {
    name: 'no way to the registry for the image',
    history: refused(
      `CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref ${repository}:1.8.0: failed to do request: Head "https://${repository}/manifests/1.8.0": dial tcp 10.0.1.9:443: i/o timeout`,
    ),
    class: 'configuration',
    cause: 'network',
    confidence: 'medium',
    why: "Whether the image is good nobody could see: the way to it is missing, which is the task's network.",
  },
  {
    name: 'log group that does not exist',
    history: refused(
      'ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1',
    ),
    class: 'configuration',
    cause: 'logs',
    confidence: 'high',
    why: 'The container was not even made.',
  },
  {
    name: 'log group that does not exist, on a container instance',
    history: aHistory({
      outcome: 'failed',
      tasks: times(3, () =>
        notStarted('Task failed to start', {
          containers: [
            {
              name: 'web',
              reason:
                'CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.',
            },
          ],
        }),
      ),
    }),
    class: 'configuration',
    cause: 'logs',
    confidence: 'high',
    why: 'The category speaks of starting, the message of the log group.',
  },
  {
    name: 'log group that the execution role may not make',
    history: refused(
      'ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log group: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/web-execution/0f1e is not authorized to perform: logs:CreateLogGroup',
    ),
    class: 'configuration',
    cause: 'role',
    confidence: 'high',
    why: 'awslogs-create-group needs a permission that the managed policy does not give.',
  },
  {
    name: 'EFS that cannot be mounted',
    history: refused(
      "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: b'mount.nfs4: access denied by server while mounting 127.0.0.1:/' : unsuccessful EFS utils command execution; code: 32",
    ),
    class: 'configuration',
    cause: 'volume',
    confidence: 'high',
    why: 'The access point or its policy refuses the mount.',
  },
  {
    name: 'EFS that is not reached',
    history: refused(
      "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: Mount attempt 1/3 failed due to timeout after 15 sec, wait 0 sec before next attempt. b'mount.nfs4: Connection timed out'",
    ),
    class: 'configuration',
    cause: 'volume',
    confidence: 'high',
    why: 'A time-out, but of the mount: port 2049 is where to look.',
  },
  {
    name: 'EBS volume that cannot be made',
    history: refused(
      'ECS failed to set up the EBS volume. Encountered IdempotentParameterMismatch; "The client token you have provided is associated with a resource that is already deleted. Please use a different client token."',
    ),
    class: 'configuration',
    cause: 'volume',
    confidence: 'high',
    why: 'AWS documents a wrong or forbidden KMS key behind this message.',
  },
  {
    name: 'volume that cannot be made',
    history: refused('CannotCreateVolumeError: Agent error: volume cache could not be created'),
    class: 'configuration',
    cause: 'volume',
    confidence: 'high',
    why: 'The category says all.',
  },
  {
    name: 'environment file that is not reached',
    history: refused(
      "The task can't download the environment variable files from Amazon S3. There is a connection issue between the task and Amazon S3. Check your task network configuration.",
    ),
    class: 'configuration',
    cause: 'env_file',
    confidence: 'high',
    why: 'No category, but the file is named.',
  },
  {
    name: 'subnet without free addresses',
    history: refused(
      "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in subnet 'subnet-0a1b2c3d': InsufficientFreeAddressesInSubnet",
    ),
    class: 'configuration',
    cause: 'network',
    confidence: 'high',
    why: 'It sounds like capacity and is the size of a subnet.',
  },
  {
    name: 'entry point that is not in the image',
    history: refused(
      'CannotStartContainerError: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/app/server": stat /app/server: no such file or directory',
    ),
    class: 'configuration',
    cause: 'command',
    confidence: 'high',
    why: 'The image was there; what the task definition starts in it is not.',
  },
  {
    name: 'task definition for another compute',
    history: refused('The selected task definition is not compatible with the selected compute strategy.'),
    class: 'configuration',
    cause: 'task_definition',
    confidence: 'high',
    why: 'Nothing can place it there, ever.',
  },
  {
    name: 'start error of an unknown kind',
    history: refused('CannotStartContainerError: failed to get container status: unknown'),
    class: 'configuration',
    cause: 'container_start',
    confidence: 'low',
    why: 'A setting is the usual cause; the message proves none.',
  },
  {
    name: 'preparation that fails in unknown words',
    history: refused('ResourceInitializationError: failed to prepare the sandbox'),
    class: 'configuration',
    cause: 'initialization',
    confidence: 'medium',
    why: 'The category is documented for secrets, roles, logs, network and volumes.',
  },
  {
    name: 'configuration failure told by an event',
    history: aHistory({
      events: [
        serviceAction('SERVICE_TASK_CONFIGURATION_FAILURE', 5, {
          reason: 'The new ARN and resource ID format must be enabled to add tags to the service.',
        }),
      ],
    }),
    class: 'configuration',
    cause: 'task_configuration',
    confidence: 'medium',
    why: "The event's name says what kind of failure it is, its reason is none of the known ones.",
  },
  {
    name: 'role told by an event',
    history: aHistory({
      events: [
        serviceAction('SERVICE_TASK_CONFIGURATION_FAILURE', 5, {
          reason: "ECS was unable to assume the role 'arn:aws:iam::111122223333:role/web-execution'",
        }),
      ],
    }),
    class: 'configuration',
    cause: 'role',
    confidence: 'high',
    why: 'The reason names the role.',
  },
  {
    name: 'no room between the percentages',
    history: aHistory({
      serviceEvents: [
        '(service web) was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.',
      ],
    }),
    class: 'configuration',
    cause: 'deployment_settings',
    confidence: 'high',
    why: 'Not a task was started: neither percentage lets it.',
  },
  {
    name: 'zone without the load balancer',
    history: aHistory({
      tasks: elsewhere,
      serviceEvents: elsewhere.map(
        (task) =>
          `(service web) (task ${idOf(task)}) (port 80) is unhealthy in (target-group ${targetGroup}) due to (reason Target is in an Availability Zone that is not enabled for the load balancer).`,
      ),
    }),
    class: 'configuration',
    cause: 'target_group',
    confidence: 'high',
    why: 'It looks like a health check, but no answer of the application could ever pass.',
  },
  {
    name: 'placement constraint that nothing meets',
    history: aHistory({
      providers: ['spot-instances'],
      placementFailures: [{ reason: 'ATTRIBUTE', providers: ['spot-instances'] }],
    }),
    class: 'configuration',
    cause: 'placement_constraint',
    confidence: 'high',
    why: 'A placement failure that no further instance of that kind would mend.',
  },
];
