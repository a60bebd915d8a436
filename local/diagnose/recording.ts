import * as z from 'zod/mini';
import { InputError } from '../replay/trace.ts';

/**
 * A recorded history: EventBridge events and what `aws … --output json` printed, every part optional. Members that mean
 * nothing here are ignored, and so is null: AWS writes it where it knows nothing.
 */

const text = z.optional(z.string('expected a text'));
const number = z.optional(z.number('expected a number'));

/** The CLI prints ISO times or, older ones, epoch seconds; nothing that ECS ever did has more digits than this in them. */
const epochSecondsMax = 100_000_000_000;

const time = z.optional(
  z.pipe(
    z.union(
      [
        z
          .string()
          .check(z.refine((value) => !Number.isNaN(Date.parse(value)), 'expected an ISO time or epoch seconds')),
        z.number(),
      ],
      'expected an ISO time or epoch seconds',
    ),
    z.transform((value) =>
      typeof value === 'string' ? new Date(value) : new Date(value < epochSecondsMax ? value * 1_000 : value),
    ),
  ),
);

const list = <T extends z.ZodMiniType>(item: T) => z.optional(z.array(item, 'expected a list'));

const container = z.object({
  name: text,
  exitCode: number,
  reason: text,
  healthStatus: text,
});

const task = z.object(
  {
    taskArn: z.string('expected an ARN').check(z.includes(':task/', 'expected the ARN of a task')),
    clusterArn: text,
    taskDefinitionArn: text,
    group: text,
    startedBy: text,
    desiredStatus: z.string('expected RUNNING or STOPPED'),
    lastStatus: z.string('expected a status'),
    version: number,
    capacityProviderName: text,
    availabilityZone: text,
    stopCode: text,
    stoppedReason: text,
    healthStatus: text,
    createdAt: time,
    startedAt: time,
    stoppedAt: time,
    containers: list(container),
  },
  'expected a task',
);

const provider = z.object({ capacityProvider: z.string('expected a name'), base: number, weight: number });

const deployment = z.object({
  id: z.string('expected an id'),
  status: text,
  taskDefinition: text,
  desiredCount: number,
  runningCount: number,
  pendingCount: number,
  failedTasks: number,
  createdAt: time,
  rolloutState: text,
  rolloutStateReason: text,
});

const switches = z.optional(z.object({ enable: z.optional(z.boolean()), rollback: z.optional(z.boolean()) }));

const service = z.object(
  {
    serviceArn: z.string('expected an ARN').check(z.includes(':service/', 'expected the ARN of a service')),
    serviceName: z.string('expected a name'),
    clusterArn: z.string('expected an ARN').check(z.includes(':cluster/', 'expected the ARN of a cluster')),
    status: text,
    desiredCount: number,
    runningCount: number,
    pendingCount: number,
    taskDefinition: text,
    launchType: text,
    capacityProviderStrategy: list(provider),
    deploymentController: z.optional(z.object({ type: text })),
    deploymentConfiguration: z.optional(
      z.object({ strategy: text, deploymentCircuitBreaker: switches, alarms: switches }),
    ),
    currentServiceDeployment: text,
    deployments: list(deployment),
    events: list(z.object({ createdAt: time, message: text })),
  },
  'expected a service',
);

const serviceDeployment = z.object(
  {
    serviceDeploymentArn: z.string('expected an ARN'),
    createdAt: time,
    status: text,
    statusReason: text,
    lifecycleStage: text,
    rollback: z.optional(z.object({ reason: text, startedAt: time })),
    deploymentCircuitBreaker: z.optional(z.object({ status: text, failureCount: number, threshold: number })),
    alarms: z.optional(z.object({ status: text, triggeredAlarmNames: list(z.string()) })),
    lifecycleHookDetails: list(z.object({ hookId: text, status: text, targetArn: text })),
  },
  'expected a service deployment',
);

const target = z.object({
  Target: z.optional(z.object({ Id: z.string('expected an id'), Port: number })),
  TargetHealth: z.optional(z.object({ State: text, Reason: text, Description: text })),
});

const taskDefinition = z.object({
  taskDefinitionArn: text,
  containerDefinitions: list(
    z.object({
      name: z.string('expected a name'),
      logConfiguration: z.optional(
        z.object({ logDriver: text, options: z.optional(z.record(z.string(), z.string('expected a text'))) }),
      ),
    }),
  ),
});

const schema = z.object(
  {
    deployment: z.optional(z.string('expected an id: ecs-svc/…')),
    events: list(z.looseObject({ 'detail-type': z.string('expected a text') }, 'expected an EventBridge event')),
    describeServices: z.optional(z.object({ services: list(service) }, 'expected what describe-services prints')),
    describeServiceDeployments: z.optional(
      z.object({ serviceDeployments: list(serviceDeployment) }, 'expected what describe-service-deployments prints'),
    ),
    describeTasks: z.optional(z.object({ tasks: list(task) }, 'expected what describe-tasks prints')),
    describeTargetHealth: z.optional(
      z.object({ TargetHealthDescriptions: list(target) }, 'expected what describe-target-health prints'),
    ),
    describeTaskDefinition: z.optional(
      z.object({ taskDefinition: z.optional(taskDefinition) }, 'expected what describe-task-definition prints'),
    ),
  },
  'expected an object',
);

export type Recording = z.infer<typeof schema>;
export type RecordedTask = z.infer<typeof task>;
export type RecordedService = z.infer<typeof service>;

/** @throws InputError naming the file and the member, never what is in it. */
export function parseHistory(file: string, content: string): Recording {
  const parsed = schema.safeParse(jsonOf(file, content));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const member = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
    throw new InputError(`${file}: ${member}${issue?.message ?? 'invalid'}`);
  }
  const { data } = parsed;
  const isEmpty = Object.values({ ...data, deployment: undefined }).every((part) => part === undefined);
  if (isEmpty) throw new InputError(`${file}: has none of the parts that a history can have`);
  return data;
}

/** The detail of an `ECS Task State Change` is a task as DescribeTasks shows it. */
export function parseEventTask(file: string, member: string, detail: unknown): RecordedTask {
  const parsed = task.safeParse(detail);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InputError(`${file}: ${[member, ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'invalid'}`);
}

function jsonOf(file: string, content: string): unknown {
  try {
    return JSON.parse(content, (_key, value) => value ?? undefined);
  } catch (error) {
    // The SyntaxError's message quotes the text, which may hold secrets.
    throw new InputError(`${file}: is no JSON (${content.length} characters)`, { cause: error });
  }
}
