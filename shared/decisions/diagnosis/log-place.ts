import type { ContainerLog } from './deployment-facts.ts';
import type { LogPlace } from './diagnosis.ts';
import { quotable, shortTaskId } from './quote.ts';

const consoleHosts: Readonly<Record<string, (region: string) => string>> = {
  aws: (region) => `${region}.console.aws.amazon.com`,
  'aws-cn': () => 'console.amazonaws.cn',
  'aws-us-gov': () => 'console.amazonaws-us-gov.com',
};

/**
 * Where a task's container logs to. The stream that awslogs writes on Fargate is `prefix/container/task-id` ("Send
 * Amazon ECS logs to CloudWatch", Developer Guide). Only options that say where are repeated: others hold tokens.
 * @returns undefined when the configuration does not say where.
 */
export function logPlace(log: ContainerLog, taskArn: string): LogPlace | undefined {
  return log.logDriver === 'awslogs' ? cloudWatchPlace(log, taskArn) : otherPlace(log);
}

function cloudWatchPlace({ container, options }: ContainerLog, taskArn: string): LogPlace | undefined {
  const group = options['awslogs-group'];
  if (group === undefined) return undefined;
  const [, partition = '', , clusterRegion = ''] = taskArn.split(':');
  const region = options['awslogs-region'] ?? clusterRegion;
  const prefix = options['awslogs-stream-prefix'];
  const stream = prefix === undefined ? undefined : `${prefix}/${container}/${taskIdOf(taskArn)}`;
  const host = consoleHosts[partition]?.(region);
  if (host === undefined) {
    const where = stream === undefined ? `log group ${group}` : `log group ${group}, stream ${stream}`;
    return { logDriver: 'awslogs', container, destination: `${where} in ${region}` };
  }
  const events = stream === undefined ? '' : `/log-events/${consoleEncoded(stream)}`;
  const url = `https://${host}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${consoleEncoded(group)}${events}`;
  return { logDriver: 'awslogs', container, group, region, url, ...(stream === undefined ? {} : { stream }) };
}

/** The console encodes twice and writes `$` for the second `%`: `/` is `$252F`. */
function consoleEncoded(name: string): string {
  return encodeURIComponent(encodeURIComponent(name)).replaceAll('%', '$');
}

function taskIdOf(taskArn: string): string {
  return taskArn.slice(taskArn.lastIndexOf('/') + 1);
}

/** Option names, in lower case, that name a destination. Fluent Bit and Fluentd plugins, then log drivers of Docker. */
const placeOptions = [
  'delivery_stream',
  'stream',
  'log_group_name',
  'bucket',
  'host',
  'index',
  'topics',
  'splunk-url',
  'fluentd-address',
  'gelf-address',
  'syslog-address',
  'logentries-url',
];

function otherPlace({ container, logDriver, options }: ContainerLog): LogPlace {
  const values = new Map(Object.entries(options).map(([name, value]) => [name.toLowerCase(), value]));
  const plugin = values.get('name') ?? values.get('@type');
  const places = placeOptions.flatMap((name) => {
    const value = values.get(name);
    return value === undefined ? [] : [quotable(value)];
  });
  const by = logDriver === 'awsfirelens' ? ['FireLens', ...(plugin === undefined ? [] : [plugin])] : [logDriver];
  return { logDriver, container, destination: [by.join(' → '), ...places].join(' ') };
}

/** In a line of text. */
export function logPlaceText(place: LogPlace, taskArn: string | undefined): string {
  if ('url' in place) return place.url;
  return taskArn === undefined
    ? `${place.destination} (${place.container})`
    : `${place.destination} (${place.container} of task ${shortTaskId(taskArn)})`;
}
