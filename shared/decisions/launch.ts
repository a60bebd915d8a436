import { nameOfArn } from '../events/arn.ts';
import type { LaunchedTask, LaunchSpec, Opaque, RunTaskInput } from '../ports/ecs.ts';
import { checkpointIdOf, type RestorePoint } from './work.ts';

/** AWS's limit on `overrides`, the punctuation of its JSON included. */
const overridesCharactersMax = 8_192;
/** What we tell the containers of a job that is started again. */
const ours = { uri: 'BALLAST_CHECKPOINT_URI', id: 'BALLAST_CHECKPOINT_ID', attempt: 'BALLAST_RESUME_ATTEMPT' } as const;
/** AWS puts containers of its own into tasks; overrides may not name them. */
const injected = /^(aws-guardduty-agent|ecs-service-connect-)/;
/** What RunTask takes; Step Functions' own value has spaces. */
const startedByPattern = /^[A-Za-z0-9_/-]{1,128}$/;
/** Every Fargate task has so much without asking. */
const ephemeralStorageGiBDefault = 20;
const managedTag = 'aws:ecs:clusterName';

/** What Amazon EC2 tells of a task's launch. */
export interface LaunchSurroundings {
  readonly securityGroups: readonly string[];
  readonly hasPublicIp: boolean;
  /** AWS's `TaskVolumeConfiguration`, one per volume that the task was started with. */
  readonly volumeConfigurations: readonly Opaque[];
}

/** A launched task → what starts its like again. */
export function launchSpecOf(task: LaunchedTask, surroundings: LaunchSurroundings): LaunchSpec {
  const { subnetId } = task;
  return {
    taskDefinition: task.taskDefinitionArn,
    ...(task.group === undefined ? {} : { group: task.group }),
    ...(task.startedBy === undefined ? {} : { startedBy: task.startedBy }),
    ...(task.launchType === undefined ? {} : { launchType: task.launchType }),
    ...(task.capacityProviderName === undefined ? {} : { capacityProviderName: task.capacityProviderName }),
    ...(task.platformVersion === undefined ? {} : { platformVersion: task.platformVersion }),
    ...(subnetId === undefined
      ? {}
      : {
          awsvpcConfiguration: {
            // The subnets that the caller named are not told, only the one that was chosen.
            subnets: [subnetId],
            securityGroups: surroundings.securityGroups,
            assignPublicIp: surroundings.hasPublicIp ? 'ENABLED' : 'DISABLED',
          },
        }),
    enableExecuteCommand: task.enableExecuteCommand ?? false,
    overrides: withoutOurs(task.overrides),
    tags: task.tags,
    ...(task.ephemeralStorageGiB === undefined ? {} : { ephemeralStorageGiB: task.ephemeralStorageGiB }),
    volumeConfigurations: surroundings.volumeConfigurations,
    containerNames: task.containerNames.filter((name) => !injected.test(name)),
  };
}

/** `BALLAST_RESUME_ATTEMPT` of a launched task: it counts also where the ledger has lost the line of attempts. */
export function attemptOf(overrides: Opaque): number {
  const told = toldBy(overrides, ours.attempt);
  return told !== undefined && /^\d{1,6}$/.test(told) ? Number(told) : 0;
}

/** What a launched task began from, by its own environment. When that was saved it does not tell. */
export function begunFrom(overrides: Opaque): RestorePoint | undefined {
  const checkpointId = toldBy(overrides, ours.id);
  const uri = toldBy(overrides, ours.uri);
  return checkpointId === undefined ? undefined : { checkpointId, ...(uri === undefined ? {} : { uri }), savedAtMs: 0 };
}

function toldBy(overrides: Opaque, variable: string): string | undefined {
  const told = containerOverridesOf(overrides)
    .flatMap(environmentOf)
    .find(({ name }) => name === variable)?.value;
  return typeof told === 'string' ? told : undefined;
}

/**
 * Who started the task, if it is somebody that starts it again himself.
 * @param patterns of policy.yml, `*` stands for any characters: of `startedBy`, the group or the cluster's name.
 */
export function orchestratorOf(
  launch: LaunchSpec,
  clusterArn: string,
  patterns: readonly string[],
): string | undefined {
  // A service's scheduler replaces its tasks.
  if (launch.group?.startsWith('service:')) return launch.group;
  const told = [launch.startedBy, launch.group, nameOfArn(clusterArn)].filter((text) => text !== undefined);
  return told.find((text) => patterns.some((pattern) => matches(pattern, text)));
}

export interface NextStart {
  readonly taskArn: string;
  readonly clusterArn: string;
  /** Of the task to come, from 1. */
  readonly attempt: number;
  /** From 1; a new one only after a definite refusal. */
  readonly try: number;
  readonly capacityProvider: string;
  readonly restorePoint?: RestorePoint | undefined;
  /** The container that is told where to begin; absent: all of the task's own. */
  readonly container?: string | undefined;
}

/**
 * The request that starts a job again.
 * @returns the length of the overrides where RunTask could not take them.
 */
export function runTaskInput(launch: LaunchSpec, next: NextStart): RunTaskInput | { readonly tooLong: number } {
  const overrides = overridesFor(launch, next);
  const length = JSON.stringify(overrides).length;
  if (length > overridesCharactersMax) return { tooLong: length };
  const family = nameOfArn(launch.taskDefinition).split(':')[0];
  return {
    cluster: next.clusterArn,
    taskDefinition: launch.taskDefinition,
    count: 1,
    clientToken: `${checkpointIdOf(next.taskArn)}-${next.attempt}-${next.try}`,
    capacityProviderStrategy: [{ capacityProvider: next.capacityProvider, weight: 1 }],
    ...(launch.awsvpcConfiguration === undefined
      ? {}
      : { networkConfiguration: { awsvpcConfiguration: launch.awsvpcConfiguration } }),
    overrides,
    // The default is not to be given: what begins with `family:` may be reserved.
    ...(launch.group === undefined || launch.group === `family:${family}` ? {} : { group: launch.group }),
    ...(launch.startedBy !== undefined && startedByPattern.test(launch.startedBy)
      ? { startedBy: launch.startedBy }
      : {}),
    ...(launch.platformVersion === undefined ? {} : { platformVersion: launch.platformVersion }),
    enableExecuteCommand: launch.enableExecuteCommand,
    enableECSManagedTags: launch.tags[managedTag] !== undefined,
    tags: Object.entries(launch.tags)
      .filter(([key]) => !key.startsWith('aws:'))
      .map(([key, value]) => ({ key, value })),
    ...(launch.volumeConfigurations.length === 0 ? {} : { volumeConfigurations: launch.volumeConfigurations }),
  };
}

function overridesFor(launch: LaunchSpec, next: NextStart): Opaque {
  const { restorePoint } = next;
  const told = [
    { name: ours.attempt, value: String(next.attempt) },
    ...(restorePoint === undefined ? [] : [{ name: ours.id, value: restorePoint.checkpointId }]),
    ...(restorePoint?.uri === undefined ? [] : [{ name: ours.uri, value: restorePoint.uri }]),
  ];
  const before = containerOverridesOf(launch.overrides);
  const names = next.container === undefined ? launch.containerNames : [next.container];
  const untouched = before.filter(({ name }) => !names.includes(String(name)));
  const containerOverrides = [
    ...untouched,
    ...names.map((name) => {
      const own = before.find((override) => override.name === name) ?? { name };
      return { ...own, environment: [...environmentOf(own), ...told] };
    }),
  ];
  const { ephemeralStorageGiB = ephemeralStorageGiBDefault } = launch;
  const storage =
    launch.overrides.ephemeralStorage === undefined && ephemeralStorageGiB > ephemeralStorageGiBDefault
      ? { ephemeralStorage: { sizeInGiB: ephemeralStorageGiB } }
      : {};
  return { ...launch.overrides, ...storage, containerOverrides };
}

/** What an earlier start put in is replaced, not added to; of AWS's own containers nothing may be said. */
function withoutOurs(overrides: Opaque): Opaque {
  const names: readonly string[] = Object.values(ours);
  const own = containerOverridesOf(overrides).filter(({ name }) => !injected.test(String(name)));
  const containerOverrides = own.map((override) => {
    const environment = environmentOf(override).filter(({ name }) => !names.includes(String(name)));
    const { environment: _environment, ...rest } = override;
    return environment.length === 0 ? rest : { ...rest, environment };
  });
  return { ...overrides, containerOverrides };
}

function containerOverridesOf({ containerOverrides }: Opaque): Opaque[] {
  return Array.isArray(containerOverrides) ? containerOverrides.filter(isRecord) : [];
}

function environmentOf({ environment }: Opaque): Opaque[] {
  return Array.isArray(environment) ? environment.filter(isRecord) : [];
}

function isRecord(value: unknown): value is Opaque {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function matches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (!text.startsWith(first)) return false;
  const last = rest.pop();
  if (last === undefined) return text === first;
  let from = first.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}
