import type { AddressInfo } from 'node:net';
import {
  type AttributeDefinition,
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  type KeySchemaElement,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import type { Template } from './template.ts';

/** DynamoDB for the region: the template's tables in the emulator. */
export interface Tables {
  /** Port of the emulator on 127.0.0.1. */
  readonly port: number;
  stop(): Promise<void>;
}

/** Creates a table and waits until it takes items: the emulator, as AWS, is CREATING for a moment. */
export async function createTable(
  client: DynamoDBClient,
  table: Pick<CreateTableCommandInput, 'TableName' | 'KeySchema' | 'AttributeDefinitions'>,
): Promise<void> {
  await client.send(new CreateTableCommand({ ...table, BillingMode: 'PAY_PER_REQUEST' }));
  for (;;) {
    const { Table: described } = await client.send(new DescribeTableCommand({ TableName: table.TableName }));
    if (described?.TableStatus === 'ACTIVE') return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const workOffMs = 100;

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
    // The template's own words are the API's.
    await createTable(client, {
      TableName: String(name),
      KeySchema: keySchema as KeySchemaElement[],
      AttributeDefinitions: attributes as AttributeDefinition[],
    });
  }
  client.destroy();
  return {
    port,
    async stop() {
      server.closeAllConnections();
      // What it has taken it works off: dynalite fails the process where its database is closed under it.
      await new Promise((resolve) => setTimeout(resolve, workOffMs));
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
