import type { AwsRequest } from '../../local/virtual/virtual-region.ts';
import { nameOfArn } from '../../shared/events/arn.ts';
import type { Storm } from './play.ts';

/** The sensors' latency in the virtual region: before it, no decision can know of a notice. */
const sensorMs = 400;

const writing = /^(Create|Update|Delete|Stop|Run|Tag|Untag|Put|Register|Deregister)/;

export function ecsWrites(requests: readonly AwsRequest[]): AwsRequest[] {
  return requests.filter(({ service, action }) => service === 'ecs' && writing.test(action));
}

export interface Asked {
  /** When each service's bridge was first asked for as many tasks as got a notice; infinity where it never was. */
  readonly fullAtMs: ReadonlyMap<string, number>;
  readonly untilMs: number;
}

export function askedIn({ setup, serviceNames, requests }: Storm): Asked {
  const fullAtMs = new Map(serviceNames.map((name) => [name, Number.POSITIVE_INFINITY]));
  for (const { atMs, input, error } of ecsWrites(requests)) {
    if (error !== undefined || Number(input.desiredCount) < setup.noticesEach) continue;
    const bridge = nameOfArn(String(input.serviceName ?? input.service ?? ''));
    const primary = /^ballast-(.+)-g\d+$/.exec(bridge)?.[1] ?? '';
    const known = fullAtMs.get(primary);
    if (known !== undefined) fullAtMs.set(primary, Math.min(known, atMs));
  }
  return { fullAtMs, untilMs: Math.max(...fullAtMs.values()) };
}

/** Every request of the functions from the storm until the last bridge was asked for in full, to whatever AWS service. */
export function requestsUntilAsked(storm: Storm): AwsRequest[] {
  const { untilMs } = askedIn(storm);
  return storm.requests.filter(({ atMs }) => atMs <= untilMs);
}

/** `ListTasks 20, CreateService 20`, most first. */
export function countsOf(requests: readonly AwsRequest[]): string {
  const counts = new Map<string, number>();
  for (const { action } of requests) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [...counts]
    .sort(([, left], [, right]) => right - left)
    .map(([action, count]) => `${action} ${count}`)
    .join(', ');
}

/** Milliseconds from each notice on the bus to the first decision about its service that could know of it. */
export function decisionDelaysMs({ notices, decisions }: Storm): number[] {
  return notices.map(({ atMs, serviceName }) => {
    const next = decisions.find(
      (decision) => nameOfArn(decision.record.serviceArn) === serviceName && decision.atMs >= atMs + sensorMs,
    );
    return (next?.atMs ?? Number.POSITIVE_INFINITY) - atMs;
  });
}

/** Milliseconds from each notice to the moment when its service's bridge was asked for in full. */
export function askedDelaysMs(storm: Storm): number[] {
  const { fullAtMs } = askedIn(storm);
  return storm.notices.map(({ atMs, serviceName }) =>
    Math.max(0, (fullAtMs.get(serviceName) ?? Number.POSITIVE_INFINITY) - atMs),
  );
}
