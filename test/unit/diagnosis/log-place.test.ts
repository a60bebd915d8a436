import { describe, expect, it } from 'vitest';
import { logPlace, logPlaceText } from '../../../shared/decisions/diagnosis/log-place.ts';

const taskArn = 'arn:aws:ecs:eu-west-1:111122223333:task/shop/0123456789abcdef0123456789abcdef';
const options = { 'awslogs-group': '/ecs/web', 'awslogs-region': 'eu-west-1', 'awslogs-stream-prefix': 'web' };

describe('where the logs are', () => {
  it('is a stream of the task, with a link into the console', () => {
    const place = logPlace({ container: 'app', logDriver: 'awslogs', options }, taskArn);

    expect(place).toEqual({
      logDriver: 'awslogs',
      container: 'app',
      group: '/ecs/web',
      stream: 'web/app/0123456789abcdef0123456789abcdef',
      region: 'eu-west-1',
      url: 'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Fecs$252Fweb/log-events/web$252Fapp$252F0123456789abcdef0123456789abcdef',
    });
  });

  it('is the group where no prefix names the stream, in the Region of the task where none is set', () => {
    const place = logPlace({ container: 'app', logDriver: 'awslogs', options: { 'awslogs-group': 'a b' } }, taskArn);

    expect(place).toEqual({
      logDriver: 'awslogs',
      container: 'app',
      group: 'a b',
      region: 'eu-west-1',
      url: 'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/a$2520b',
    });
  });

  it('is in the console of the partition', () => {
    const urlOf = (partition: string, region: string) => {
      const arn = `arn:${partition}:ecs:${region}:111122223333:task/shop/0123`;
      const place = logPlace({ container: 'app', logDriver: 'awslogs', options: { 'awslogs-group': 'web' } }, arn);
      return place && logPlaceText(place, arn);
    };

    expect(urlOf('aws-cn', 'cn-north-1')).toBe(
      'https://console.amazonaws.cn/cloudwatch/home?region=cn-north-1#logsV2:log-groups/log-group/web',
    );
    expect(urlOf('aws-us-gov', 'us-gov-west-1')).toBe(
      'https://console.amazonaws-us-gov.com/cloudwatch/home?region=us-gov-west-1#logsV2:log-groups/log-group/web',
    );
    expect(urlOf('aws-elsewhere', 'x-1')).toBe('log group web in x-1 (app of task 0123)');
  });

  it('is the destination of FireLens, without what opens it', () => {
    const place = logPlace(
      {
        container: 'app',
        logDriver: 'awsfirelens',
        options: { Name: 'kinesis_firehose', region: 'eu-west-1', delivery_stream: 'web-logs', apikey: 'hunter2' },
      },
      taskArn,
    );

    expect(place).toEqual({
      logDriver: 'awsfirelens',
      container: 'app',
      destination: 'FireLens → kinesis_firehose web-logs',
    });
  });

  it.each([
    [{ Name: 'datadog', Host: 'http-intake.logs.datadoghq.eu' }, 'FireLens → datadog http-intake.logs.datadoghq.eu'],
    [{ '@type': 's3', bucket: 'shop-logs' }, 'FireLens → s3 shop-logs'],
    [{}, 'FireLens'],
  ])('is named by what FireLens is told: %o', (told, destination) => {
    expect(logPlace({ container: 'app', logDriver: 'awsfirelens', options: told }, taskArn)).toMatchObject({
      destination,
    });
  });

  it('is the address of another driver', () => {
    const log = {
      container: 'app',
      logDriver: 'splunk',
      options: { 'splunk-url': 'https://a:hunter2@splunk.example.com', 'splunk-token': 'hunter2' },
    };

    expect(logPlace(log, taskArn)).toEqual({
      logDriver: 'splunk',
      container: 'app',
      destination: 'splunk https://…@splunk.example.com',
    });
  });

  it('is not known without a group', () => {
    expect(logPlace({ container: 'app', logDriver: 'awslogs', options: {} }, taskArn)).toBeUndefined();
  });
});
