import { PoisonError } from '../../shared/errors.ts';
import { deploymentSignal } from '../../shared/events/deployment-signal.ts';
import type { ServiceSignal } from '../../shared/events/facts.ts';
import { serviceSignal } from '../../shared/events/service-action.ts';
import { InputError } from '../replay/trace.ts';
import { parseEventTask, type RecordedTask, type Recording } from './recording.ts';

/** Events as the sensors read them, oldest first; other detail-types say nothing about a deployment. */
export function signalsOf(file: string, { events = [] }: Recording): ServiceSignal[] {
  return events
    .flatMap((event, index) => {
      try {
        return signalOf(event) ?? [];
      } catch (error) {
        if (!(error instanceof PoisonError)) throw error;
        throw new InputError(`${file}: events.${index}: ${error.message}`, { cause: error });
      }
    })
    .sort((one, other) => one.atMs - other.atMs || (one.eventId < other.eventId ? -1 : 1));
}

function signalOf(event: { readonly 'detail-type': string }): ServiceSignal | undefined {
  switch (event['detail-type']) {
    case 'ECS Service Action':
      return serviceSignal(event, 0);
    case 'ECS Deployment State Change':
    case 'ECS Hook State Change':
      return deploymentSignal(event, 0);
    default:
      return undefined;
  }
}

export function eventTasks(file: string, { events = [] }: Recording): RecordedTask[] {
  return events.flatMap((event, index) =>
    event['detail-type'] === 'ECS Task State Change'
      ? [parseEventTask(file, `events.${index}.detail`, event.detail)]
      : [],
  );
}

/** Of what events and DescribeTasks say of a task, the latest: `version` counts both. */
export function latestTasks(tasks: readonly RecordedTask[]): RecordedTask[] {
  const latest = new Map<string, RecordedTask>();
  for (const task of tasks) {
    const known = latest.get(task.taskArn);
    if (known === undefined || lateness(task) >= lateness(known)) latest.set(task.taskArn, task);
  }
  return [...latest.values()];
}

/** Without versions the later state. */
function lateness({ version = 0, lastStatus, desiredStatus }: RecordedTask): number {
  return version * 4 + Number(desiredStatus === 'STOPPED') + Number(lastStatus === 'STOPPED') * 2;
}
