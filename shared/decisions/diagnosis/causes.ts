import type { Cause } from './diagnosis.ts';

export interface CauseText {
  /** What does not work and why, without a full stop; a detail may follow after a colon. */
  readonly summary: string;
  readonly toDo: string;
}

/** What a cause means and what to do about it, as one tells a colleague. */
export const causeTexts: Readonly<Record<Cause, CauseText>> = {
  spot_short: {
    summary: 'Fargate Spot has no room for its tasks; the release itself is not at fault',
    toDo: 'wait, or launch it on demand for now; more subnets in other zones make Spot shortages rarer',
  },
  on_demand_short: {
    summary: 'Fargate has no on-demand room for its tasks; the release itself is not at fault',
    toDo: 'wait, add subnets in other zones, or ask for another CPU and memory size',
  },
  spot_and_on_demand_short: {
    summary: 'Fargate has neither Spot nor on-demand room for its tasks; the release itself is not at fault',
    toDo: 'wait, add subnets in other zones, or ask for another CPU and memory size',
  },
  fargate_short: {
    summary: 'Fargate has no room for its tasks, and nothing tells whether Spot or on-demand is short',
    toDo: 'wait; the placement failures in EventBridge name the capacity provider',
  },
  vcpu_quota: {
    summary: "the account's quota of Fargate vCPUs is used up; the release itself is not at fault",
    toDo: 'raise the quota in Service Quotas, or stop what is not needed',
  },
  instances_short: {
    summary: 'no container instance has room for its tasks',
    toDo: 'add container instances, or let the capacity provider scale further',
  },
  provisioning_limit: {
    summary: 'the cluster already has as many tasks in PROVISIONING as it may',
    toDo: 'wait until they are placed; find out what starts so many at once',
  },
  pull_not_found: {
    summary: 'its image does not exist under this name and tag',
    toDo: 'push the image, or correct its name in the task definition',
  },
  pull_denied: {
    summary: 'its image may not be pulled, or its repository does not exist',
    toDo: "check the image's name, the execution role's permissions and the repository's policy",
  },
  pull_rate: {
    summary: 'the registry refuses the pull because too many were made',
    toDo: 'pull through ECR (pull through cache), or log in to the registry with a secret',
  },
  platform: {
    summary: "its image is not built for the task's CPU architecture",
    toDo: 'build it for the runtimePlatform of the task definition (linux/amd64 or linux/arm64), or change that',
  },
  image_too_large: {
    summary: 'its image does not fit into the ephemeral storage of the task',
    toDo: 'make the image smaller or raise ephemeralStorage in the task definition',
  },
  pull: {
    summary: 'its image cannot be pulled',
    toDo: 'try the image and tag of the task definition against the registry',
  },
  network: {
    summary: 'its tasks do not reach what they need to start: registry, secrets or logs',
    toDo: 'check subnets, routes (NAT or VPC endpoints), public IP setting, free addresses and security groups',
  },
  role: {
    summary: 'a role is missing, not assumable, or not allowed what the start of a task needs',
    toDo: 'check trust and permissions of the execution role and the task role',
  },
  secrets: {
    summary: 'a secret or parameter of the task definition cannot be read',
    toDo: 'check that it exists in this Region under exactly this ARN and key',
  },
  env_file: {
    summary: 'an environment file cannot be fetched',
    toDo: 'check its S3 object, the execution role and the way to S3',
  },
  logs: {
    summary: 'its log configuration does not work',
    toDo: 'create the log group, or set awslogs-create-group and allow logs:CreateLogGroup',
  },
  volume: {
    summary: 'a volume cannot be made or mounted',
    toDo: 'check file system, mount targets, access point and role; for EBS the infrastructure role and the KMS key',
  },
  command: {
    summary: 'its command or entry point does not exist in the image or is not executable',
    toDo: 'compare command and entryPoint of the task definition with the image',
  },
  container_start: {
    summary: 'a container cannot be created or started',
    toDo: 'read the message; mostly a setting of the container definition is at fault',
  },
  task_definition: {
    summary: 'its task definition does not fit the way it is launched, or is gone',
    toDo: 'compare it with launch type, capacity providers and platform version',
  },
  target_group: {
    summary: 'its target group is gone, or the load balancer has no subnet in the zone of a task',
    toDo: 'enable the zone at the load balancer, or correct the target group of the service',
  },
  placement_constraint: {
    summary: 'no place meets the placement constraints or attributes that its tasks ask for',
    toDo: 'compare placementConstraints, attributes and subnets with the container instances',
  },
  deployment_settings: {
    summary: 'minimumHealthyPercent and maximumPercent leave no room to start or stop a task',
    toDo: 'lower minimumHealthyPercent or raise maximumPercent',
  },
  initialization: {
    summary: 'its tasks cannot be prepared',
    toDo: 'read the message; secrets, roles, logs, network and volumes are set up in this step',
  },
  task_configuration: {
    summary: 'ECS refuses to launch its tasks as they are configured',
    toDo: 'read the reason; roles and tags are the usual ones',
  },
  out_of_memory: {
    summary: 'it needs more memory than its container or task may use',
    toDo: 'raise memory in the task definition, or find out what takes it',
  },
  crash_loop: {
    summary: 'the application ends with an error as often as it is started',
    toDo: "read the container's log from its start",
  },
  exit_code: {
    summary: 'the application ends by itself with an error',
    toDo: "read the container's log",
  },
  command_not_found: {
    summary: 'a command in the container is not found or not executable',
    toDo: 'compare command and entryPoint with what the image holds',
  },
  segmentation_fault: {
    summary: 'the application crashes with a segmentation fault',
    toDo: 'check native libraries against the base image and CPU architecture',
  },
  exited_zero: {
    summary: 'an essential container ends without an error, which ends the task',
    toDo: 'a service has to keep running: check its command, or make the container not essential',
  },
  killed: {
    summary: 'a container was killed (SIGKILL), and nothing tells by whom',
    toDo: "look at the container's memory and log: out of memory is likely, not proven",
  },
  terminated: {
    summary: 'a container ended on SIGTERM, and nothing tells who sent it',
    toDo: "read the container's log",
  },
  elb: {
    summary: 'its tasks do not pass the health check of the load balancer',
    toDo: 'try path, port and status of the check against the container; look at grace period and security groups',
  },
  container: {
    summary: 'its containers do not pass their own health check',
    toDo: 'run the healthCheck command in the container; look at startPeriod and timeout',
  },
  hook_failed: {
    summary: 'a lifecycle hook failed, or a person answered it with ROLLBACK',
    toDo: "read the hook function's log, or ask who answered",
  },
  hook_timed_out: {
    summary: 'a lifecycle hook was not answered in time',
    toDo: 'answer pause hooks sooner or give them longer; a function has to return hookStatus',
  },
  alarm: {
    summary: 'an alarm of the deployment went off',
    toDo: 'look at what the alarm measures since the deployment began',
  },
  aws_internal: {
    summary: 'AWS failed to prepare or run its tasks; nothing tells that the release is at fault',
    toDo: 'deploy again; if it stays, ask AWS Support with the ids of the tasks',
  },
  stopped_on_request: {
    summary: 'somebody asked ECS to stop the deployment; nothing else is seen to fail',
    toDo: 'ask who called StopServiceDeployment (CloudTrail knows)',
  },
  nothing_failed: {
    summary: 'nothing is seen to fail: its tasks run, or others stopped them',
    toDo: 'look whether it still moves; tasks that are protected or drain long hold a deployment up',
  },
  tasks_gone: {
    summary: 'ECS counts failed tasks but does not show them any more, so nothing tells why',
    toDo: 'deploy again and look within the hour; ECS forgets stopped tasks after that',
  },
  unknown: {
    summary: 'what is known of it does not tell why',
    toDo: 'read the messages of its stopped tasks and the events of the service',
  },
};
