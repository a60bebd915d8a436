import type { Cause } from './diagnosis.ts';
import type { Certainty } from './finding.ts';

/**
 * AWS's wordings of what keeps a task from starting or ends it, by the pages "Stopped tasks error messages",
 * "CannotPullContainer task errors", "ResourceInitializationError", "Service event messages" and "API failure reasons"
 * of the Amazon ECS Developer Guide. Fargate cuts long messages off, so a pattern never needs the end of one.
 * The first row of which all patterns occur is taken: the particular before the general.
 */
interface Wording {
  readonly all: readonly RegExp[];
  readonly cause: Cause;
  readonly certainty: Certainty;
}

/** AWS's own list of what in a message tells a network fault, and what newer messages say instead. */
const network =
  /dial (tcp|udp)|i\/o timeout|TLS handshake timeout|connection timed out|Client\.Timeout exceeded|request canceled|context (deadline exceeded|canceled)|signal: killed|connection (issue|refused|reset)|network (configuration|connection)/i;

const denied = /AccessDenied|not authorized|UnauthorizedOperation/;
const pull = /CannotPull|can(not|'t) pull (the image|'[^']*' from)/i;
const initialization =
  /ResourceInitializationError|secrets? or registry auth|pull registry authentication|execution resource retrieval/i;
const start = /Cannot(Start|Create)ContainerError/;

const certain = (cause: Cause, ...all: readonly RegExp[]): Wording => ({ all, cause, certainty: 'certain' });
const likely = (cause: Cause, ...all: readonly RegExp[]): Wording => ({ all, cause, certainty: 'likely' });
const weak = (cause: Cause, ...all: readonly RegExp[]): Wording => ({ all, cause, certainty: 'weak' });

const ownFailures: readonly Wording[] = [
  certain('out_of_memory', /OutOfMemoryError|killed due to memory usage/i),
  certain('platform', /descriptor matching platform|no matching manifest for|exec format error/i),

  // A registry that cannot be reached is the task's network, not its image.
  certain('pull_rate', pull, /toomanyrequests|too many requests|pull rate limit/i),
  likely('network', pull, network),
  certain(
    'pull_denied',
    pull,
    /access denied|denied:|no basic auth|403 Forbidden|unauthorized|not authorized|AccessDenied|role has the permissions/i,
  ),
  certain(
    'pull_not_found',
    pull,
    /not found|manifest unknown|name unknown|does not exist|failed to resolve ref|invalid reference/i,
  ),
  certain('image_too_large', pull, /no space left on device/i),
  likely('pull', pull),

  certain('role', /unable to assume the (configured )?(role|ECS Infrastructure Role)/i),
  certain('role', /IAM (permissions policies have|trust relationship has) been misconfigured/i),
  certain('volume', /CannotCreateVolumeError|EFS utils commands|mount\.nfs4|EBS volume/i),

  // Secrets, registry and logs are fetched by the execution role over the task's network.
  certain('network', initialization, network),
  certain('role', initialization, denied),
  certain('logs', initialization, /logg(er|ing)|log (group|stream)/i),
  certain('env_file', initialization, /env(ironment)?( variable)? files?/i),
  certain('secrets', initialization, /\bsecret\b|secrets? from|ssm|parameter store/i),
  likely('initialization', initialization),
  certain('env_file', /can't download the environment variable files/i),
  certain('logs', /log group does not exist|cannot find the Amazon CloudWatch log group/i),
  certain('secrets', /can't (find|retrieve|pull) the (specified )?secret|Fetching secret data/i),

  certain('logs', start, /logging driver|log (group|stream)/i),
  certain('command', start, /executable file not found|no such file or directory|permission denied/i),
  weak('container_start', start),

  certain('network', /not (have )?enough (free |available )?(IP )?addresses|InsufficientFreeAddressesInSubnet/i),
  likely('network', /Create Network Interface .* in subnet/i),
  certain(
    'task_definition',
    /task definition is not compatible|task definition .{1,300} (does not exist|is inactive)/i,
  ),
  certain('placement_constraint', /MemberOf placement constraint|TaskFailedToStart: (ATTRIBUTE|LOCATION)/i),
  certain('placement_constraint', /^(ATTRIBUTE|LOCATION)\b|missing an attribute required by your task/i),
  certain('deployment_settings', /because of the service deployment configuration/i),
  certain('target_group', /TARGET GROUP IS NOT FOUND|Availability Zone that is not enabled for the load balancer/i),

  certain('elb', /failed ELB health checks|is (unhealthy|not healthy) in \(?(target-group|elb)/i),
  certain('container', /failed container health checks/i),

  weak('aws_internal', /\bInternalError\b|ContainerRuntime(Timeout)?Error|Cannot(Inspect|Stop)ContainerError/),
  weak('aws_internal', /Timeout waiting for (network interface|EphemeralStorage) provisioning/i),
];

/** `fargate` where the message does not tell whether Spot or on-demand is short. */
export type ShortageWording = 'fargate' | 'vcpu_quota' | 'instances_short' | 'provisioning_limit';

const shortages: readonly (readonly [RegExp, ShortageWording])[] = [
  [/limit on the number of (vCPUs|tasks) you can run concurrently/i, 'vcpu_quota'],
  [/requested (CPU|MEMORY) configuration is above your limit/i, 'vcpu_quota'],
  [/provisioning capacity limit was exceeded/i, 'provisioning_limit'],
  [/Capacity is unavailable at this time|RESOURCE:FARGATE/i, 'fargate'],
  [
    /RESOURCE:(CPU|MEMORY|PORTS|ENI|GPU)\b|no container instance met all|no container instances were found/i,
    'instances_short',
  ],
  [/EMPTY CAPACITY PROVIDER|NO ACTIVE INSTANCES|^AGENT$|TaskFailedToStart: AGENT|error "AGENT"/i, 'instances_short'],
];

export interface Reading {
  readonly cause: Cause;
  readonly certainty: Certainty;
}

/** What a message says of the task's own fault; `undefined` for wordings that mean nothing here. */
export function ownFailureIn(message: string): Reading | undefined {
  const text = plainQuotes(message);
  return ownFailures.find(({ all }) => all.every((pattern) => pattern.test(text)));
}

/** What a message says of missing room; `undefined` for wordings that mean nothing here. */
export function shortageIn(message: string): ShortageWording | undefined {
  const text = plainQuotes(message);
  return shortages.find(([pattern]) => pattern.test(text))?.[1];
}

/** AWS writes `can’t` here and `can't` there. */
function plainQuotes(message: string): string {
  return message.replace(/[‘’]/g, "'").replace(/[“”]/g, '"');
}
