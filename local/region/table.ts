import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient, type KeySchemaElement } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import type { Template } from './template.ts';

/** DynamoDB for the region: the template's tables in the emulator. */
export interface Tables {
  /** Port of the emulator on 127.0.0.1. */
  readonly port: number;
  stop(): Promise<void>;
}

export async function startTables(template: Template, region: string): Promise<Tables> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Listening on a port, so the address is no path.
  const { port } = server.address() as AddressInfo;
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region,
    credentials: { accessKeyId: 'REGION', secretAccessKey: 'local' },
  });
  for (const logicalId of template.idsOf('AWS::DynamoDB::Table')) {
    const {
      TableName: name = logicalId,
      KeySchema: keySchema,
      AttributeDefinitions: attributes,
    } = template.properties(logicalId);
    await client.send(
      new CreateTableCommand({
        TableName: String(name),
        BillingMode: 'PAY_PER_REQUEST',
        // The template's own words are the API's.
        KeySchema: keySchema as KeySchemaElement[],
        AttributeDefinitions: attributes as { AttributeName: string; AttributeType: 'S' }[],
      }),
    );
  }
  client.destroy();
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
