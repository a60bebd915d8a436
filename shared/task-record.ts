import type { Owner } from './enrolment-cache.ts';
import type { TaskFacts } from './events/facts.ts';
import type { TaskRecord } from './ports/ledger.ts';

/** What the ledger keeps of a task event, in the partition of the service that owns it. */
export function taskRecord(task: TaskFacts, owner: Owner, spotStopped: boolean): TaskRecord {
  return {
    serviceArn: owner.serviceArn,
    taskArn: task.taskArn,
    version: task.version,
    desiredStatus: task.desiredStatus,
    lastStatus: task.lastStatus,
    ...(owner.ofBridge ? { ofBridge: true } : {}),
    ...(task.capacityProviderName === undefined ? {} : { capacityProviderName: task.capacityProviderName }),
    ...(spotStopped ? { spotStopAtMs: task.stoppingAtMs ?? task.eventTimeMs } : {}),
    ...(task.startedAtMs === undefined ? {} : { startedAtMs: task.startedAtMs }),
    ...(task.stoppedAtMs === undefined ? {} : { stoppedAtMs: task.stoppedAtMs }),
    ...(task.cpu === undefined ? {} : { cpu: task.cpu }),
    ...(task.startedBy?.startsWith('ecs-svc/') ? { deploymentId: task.startedBy } : {}),
    ...addresses(task),
  };
}

function addresses(task: TaskFacts): Pick<TaskRecord, 'privateIps' | 'containerInstanceArn' | 'hostPorts'> {
  const privateIps = [...new Set(task.containers.flatMap(({ privateIpv4Addresses }) => privateIpv4Addresses))];
  const hostPorts = task.containers.flatMap(({ name, hostPorts: bindings }) =>
    bindings.map((binding) => ({ containerName: name, ...binding })),
  );
  return {
    ...(privateIps.length === 0 ? {} : { privateIps }),
    ...(task.containerInstanceArn === undefined ? {} : { containerInstanceArn: task.containerInstanceArn }),
    ...(hostPorts.length === 0 ? {} : { hostPorts }),
  };
}
