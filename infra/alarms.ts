import { type AlarmSpec, alarm } from './alarm.ts';
import { alarmTopics } from './alarm-topics.ts';
import { ballastAlarms } from './ballast-alarms.ts';
import type { Resources } from './cloudformation.ts';
import { compositeAlarm, compositeAlarms } from './composite-alarms.ts';
import { serviceAlarms } from './service-alarms.ts';

/** Every metric alarm of the stack by logical id. */
export const metricAlarms: Readonly<Record<string, AlarmSpec>> = { ...serviceAlarms, ...ballastAlarms };

/** The alarms of the stack and the topics that they notify. */
export function alarms(): Resources {
  return {
    ...alarmTopics(),
    ...mapped(metricAlarms, alarm),
    ...mapped(compositeAlarms, compositeAlarm),
  };
}

function mapped<T>(specs: Readonly<Record<string, T>>, resource: (spec: T) => Resources[string]): Resources {
  return Object.fromEntries(Object.entries(specs).map(([logicalId, spec]) => [logicalId, resource(spec)]));
}
