import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { createDynamoLedger } from '../../shared/adapters/dynamo-ledger.ts';
import { invocationMetric } from '../region/aws-metrics.ts';
import type { Region } from '../region/region.ts';
import type { Operator } from './scenario.ts';

/** What a person and the jobs do in a scenario, over the region's wire. Whoever makes one closes it. */
export function createWireOperator(region: Region): Operator & { close(): void } {
  const { template, metrics, queues, clock } = region;
  const client = {
    endpoint: region.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'OPERATOR', secretAccessKey: 'local' },
  };
  const tables = new DynamoDBClient(client);
  const bus = new EventBridgeClient(client);
  const [tableId = ''] = template.idsOf('AWS::DynamoDB::Table');
  const tableName = String(template.properties(tableId).TableName ?? tableId);
  const ledger = createDynamoLedger(tables, { tableName }, clock);
  const [busId = ''] = template.idsOf('AWS::Events::EventBus');
  const functions = template.idsOf('AWS::Lambda::Function').map((id) => String(template.properties(id).FunctionName));
  const named = (short: string): string => functions.find((name) => name.endsWith(`-${short}`)) ?? short;
  const unread = template.idsOf('AWS::SQS::Queue').filter((id) => /(DeadLetter|UndeliveredEvents)Queue$/.test(id));
  const failed = (error: unknown): void => console.error(error);

  return {
    setPause: ledger.setPause,
    askReturn: ledger.askReturn,
    report(detailType, detail) {
      const entry = {
        EventBusName: String(template.properties(busId).Name ?? busId),
        Source: 'ballast.task',
        DetailType: detailType,
        Detail: JSON.stringify(detail),
      };
      bus.send(new PutEventsCommand({ Entries: [entry] })).catch(failed);
    },
    redrive: () => {},
    disturb: {
      tell: (event) => void region.putEvent(event).catch(failed),
      crash(short, times) {
        for (let time = 0; time < times; time += 1) metrics.add(invocationMetric(named(short), true, clock.nowMs()));
      },
      poison(short) {
        const mapping = template
          .idsOf('AWS::Lambda::EventSourceMapping')
          .map((id) => template.properties(id))
          .find(({ FunctionName }) => String(FunctionName).endsWith(`-${short}`));
        const queueArn = String(mapping?.EventSourceArn);
        const source = template.idsOf('AWS::SQS::Queue').find((id) => queues.arnOf(id) === queueArn) ?? '';
        // Most queues take minutes to give a message up. That of notices is quick: there it happens in earnest.
        const target =
          short === 'on-spot-notice' ? queueArn : queues.arnOf(source.replace(/Queue$/, 'DeadLetterQueue'));
        queues.send(target, 'this is no JSON').catch(failed);
      },
      undelivered: () => void queues.send(queues.arnOf('UndeliveredEventsQueue'), '{}').catch(failed),
      drain: () => void Promise.all(unread.map((id) => queues.drain(id))).catch(failed),
      takeMetrics: region.takeMetrics,
    },
    close() {
      tables.destroy();
      bus.destroy();
    },
  };
}
