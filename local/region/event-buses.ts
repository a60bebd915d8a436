import { randomUUID } from 'node:crypto';
import { compilePattern } from '../event-pattern.ts';
import type { EventBridgeEvent } from '../world/world.ts';
import type { Template } from './template.ts';

/** EventBridge for the region: the template's buses, rules and schedules. */
export interface EventBuses {
  /** Puts an event on a bus. @returns what took it. */
  put(busName: string, event: EventBridgeEvent): Promise<Taken[]>;
  /** The PutEvents API. */
  putEvents(input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
  /** Rules with a schedule: what they invoke, and how often. */
  readonly schedules: readonly { readonly rule: string; readonly targetArn: string; readonly everyMs: number }[];
}

export interface Taken {
  /** Logical id. */
  readonly rule: string;
  readonly targetArn: string;
}

interface Rule {
  readonly id: string;
  readonly bus: string;
  readonly matches: (event: unknown) => boolean;
  readonly targetArns: readonly string[];
}

export interface EventBusesOptions {
  readonly template: Template;
  readonly region: string;
  readonly account: string;
  readonly nowMs: () => number;
  /** Delivers to a target, an SQS queue. */
  readonly deliver: (targetArn: string, event: EventBridgeEvent) => Promise<void>;
  readonly onEvent: (busName: string, event: EventBridgeEvent, taken: readonly Taken[]) => void;
}

const unitMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

export function createEventBuses(options: EventBusesOptions): EventBuses {
  const { template, region, account, nowMs } = options;
  const buses = new Set([
    'default',
    ...template.idsOf('AWS::Events::EventBus').map((id) => String(template.properties(id).Name ?? id)),
  ]);
  const rules: Rule[] = [];
  const schedules: { rule: string; targetArn: string; everyMs: number }[] = [];

  for (const id of template.idsOf('AWS::Events::Rule')) {
    const {
      EventPattern: pattern,
      ScheduleExpression: schedule,
      EventBusName: bus = 'default',
      Targets: targets,
    } = template.properties(id);
    const targetArns = (Array.isArray(targets) ? targets : []).map(({ Arn }) => String(Arn));
    if (pattern !== undefined) rules.push({ id, bus: String(bus), matches: compilePattern(pattern), targetArns });
    if (schedule !== undefined) {
      const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(String(schedule)) ?? [];
      const oneMs = unitMs[unit];
      if (oneMs === undefined)
        throw new Error(`template: ${id}.ScheduleExpression: ${schedule} is not known to the embedded region`);
      for (const targetArn of targetArns) schedules.push({ rule: id, targetArn, everyMs: Number(count) * oneMs });
    }
  }

  const put = async (busName: string, event: EventBridgeEvent): Promise<Taken[]> => {
    const taken = rules
      .filter((rule) => rule.bus === busName && rule.matches(event))
      .flatMap(({ id, targetArns }) => targetArns.map((targetArn) => ({ rule: id, targetArn })));
    options.onEvent(busName, event, taken);
    await Promise.all(taken.map(({ targetArn }) => options.deliver(targetArn, event)));
    return taken;
  };

  return {
    schedules,
    put,
    async putEvents({ Entries: entries }) {
      const outcomes = await Promise.all(
        (Array.isArray(entries) ? entries : []).map(async (entry: Record<string, unknown>) => {
          const source = String(entry.Source ?? '');
          // The code that AWS answers with is unverified; that such sources are reserved is documented.
          if (source.startsWith('aws.'))
            return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
          const id = randomUUID();
          const bus = String(entry.EventBusName ?? 'default').replace(/^.*event-bus\//, '');
          const event: EventBridgeEvent = {
            version: '0',
            id,
            'detail-type': String(entry.DetailType ?? ''),
            source,
            account,
            time: new Date(nowMs()).toISOString().replace(/\.\d+Z$/, 'Z'),
            region,
            resources: Array.isArray(entry.Resources) ? entry.Resources.map(String) : [],
            detail: JSON.parse(String(entry.Detail ?? '{}')),
          };
          // An unknown bus is no error: AWS answers 200 and the event is gone.
          if (buses.has(bus)) await put(bus, event);
          return { EventId: id };
        }),
      );
      return { FailedEntryCount: outcomes.filter((outcome) => 'ErrorCode' in outcome).length, Entries: outcomes };
    },
  };
}
