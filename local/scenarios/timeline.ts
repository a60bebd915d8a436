import { stripVTControlCharacters, styleText } from 'node:util';
import type { AlarmChange } from '../region/alarms.ts';
import type { Taken } from '../region/event-buses.ts';
import type { AwsCall } from '../region/wire.ts';
import type { EventBridgeEvent } from '../world/world.ts';

/** Writes what happens in a region as lines for people, each with the region's time. */
export interface Timeline {
  act(title: string): void;
  event(busName: string, event: EventBridgeEvent, taken: readonly Taken[]): void;
  log(functionName: string, line: string): void;
  awsCall(call: AwsCall): void;
  alarm(change: AlarmChange): void;
}

type Style = Parameters<typeof styleText>[0];

/** A line, for whoever shows it otherwise. */
export interface Told {
  /** Nothing for what the script does. */
  readonly label: '' | 'bus' | 'ECS' | 'notice' | 'decision' | 'log' | 'AWS write' | 'alarm';
  readonly tone: 'plain' | 'good' | 'bad';
  readonly text: string;
}

const writing = /^(Create|Update|Delete|Stop|Run|Put|Register|Deregister)/;
/** Held back while a write is seconds old or a deployment runs; the reason before and after says enough. */
const quietReasons = ['bridge_write_too_soon', 'gathering_notices', 'steady'];

export function createTimeline(
  startMs: number,
  nowMs: () => number,
  write: (line: string) => void,
  tell?: (told: Told) => void,
): Timeline {
  const lastReason = new Map<string, string>();
  let rawShown = false;

  const say = (label: Told['label'], style: Style, text: string, short = text): void => {
    const tone = style === 'red' ? 'bad' : style === 'green' ? 'good' : 'plain';
    tell?.({ label, tone, text: stripVTControlCharacters(short).replace(/^── /, '') });
    const seconds = Math.max(0, Math.floor((nowMs() - startMs) / 1000));
    const time = `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
    write(`${styleText('dim', time)}  ${styleText(style, label.padEnd(9))} ${text}`);
  };

  return {
    act: (title) => say('', 'bold', styleText('bold', `── ${title}`)),

    event(_busName, event, taken) {
      const { detail } = event;
      const told = toldOnBus(event);
      if (told !== undefined) {
        say('bus', 'magenta', `${event['detail-type']} ${told}`);
        return;
      }
      if (detail.eventName === 'SERVICE_TASK_PLACEMENT_FAILURE') {
        const provider = Array.isArray(detail.capacityProviderArns)
          ? lastSegment(String(detail.capacityProviderArns[0]))
          : '';
        say('ECS', 'red', `${lastSegment(event.resources[0] ?? '')}: no ${provider} capacity`);
        return;
      }
      if (taken.some(({ rule }) => rule === 'SpotNoticeRule') && detail.lastStatus === 'RUNNING') {
        say(
          'notice',
          'yellow',
          `${detail.group} ${lastSegment(String(detail.taskArn))} in ${detail.availabilityZone}: ${detail.stoppedReason}`,
        );
        if (rawShown) return;
        rawShown = true;
        write(styleText('dim', `       the raw event: ${JSON.stringify(event)}`));
      }
    },

    log(functionName, line) {
      const entry = parsed(line);
      if (entry === undefined) {
        say('log', 'red', `${functionName}: ${line}`);
        return;
      }
      if (entry.message === 'decision') {
        const service = lastSegment(String(entry.serviceArn));
        const reason = String(entry.reason);
        if (lastReason.get(service) === reason || quietReasons.includes(reason)) return;
        lastReason.set(service, reason);
        say('decision', 'cyan', `${service}: ${styleText('bold', reason)}: ${entry.explanation}`);
      } else if (entry.level === 'ERROR' || (entry.level === 'WARN' && entry.error !== undefined)) {
        say('log', 'red', `${functionName}: ${line}`, `${functionName}: ${inBrief(entry)}`);
      }
    },

    awsCall(call) {
      if (call.service !== 'ecs' || !writing.test(call.action)) return;
      const outcome = call.error === undefined ? '' : ` → ${call.error}`;
      say('AWS write', 'green', `${call.action} ${brief(call.input)}${outcome}`);
    },

    alarm: ({ alarm, state }) => say('alarm', state === 'OK' ? 'green' : 'red', `${alarm}: ${state}`),
  };
}

function brief({ cluster: _cluster, ...input }: Readonly<Record<string, unknown>>): string {
  const shown = [
    'serviceName',
    'service',
    'desiredCount',
    'capacityProviderStrategy',
    'forceNewDeployment',
    'serviceDeploymentArn',
  ];
  return shown
    .filter((name) => input[name] !== undefined)
    .map(
      (name) =>
        `${name}=${typeof input[name] === 'string' ? lastSegment(String(input[name])) : JSON.stringify(input[name])}`,
    )
    .join(' ');
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** A log line without its stack. */
function inBrief({ message, why, error }: Record<string, unknown>): string {
  const cause = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  return [message, why, cause].flatMap((part) => (part === undefined ? [] : [String(part)])).join(': ');
}

/** What our own bus says, besides the ARNs. */
function toldOnBus({ 'detail-type': detailType, detail }: EventBridgeEvent): string | undefined {
  const task = lastSegment(String(detail.taskArn));
  switch (detailType) {
    case 'Checkpoint Requested':
      return `for ${task}, deadline ${detail.deadline}`;
    case 'Checkpoint Completed':
    case 'Checkpoint Available':
      return `for ${task}: ${detail.uri}`;
    case 'Task Resumed':
      return `as ${task}, attempt ${detail.attempt}, after ${lastSegment(String(detail.previousTaskArn))}`;
    case 'Task Not Resumed':
      return `${task}: ${detail.reason}`;
    default:
      return undefined;
  }
}

function lastSegment(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
