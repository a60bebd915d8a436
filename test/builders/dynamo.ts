import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { afterAll, beforeAll } from 'vitest';
import { createTable } from '../../local/region/table.ts';

/** DynamoDB for the tests of a file, which share it and have tables of their own. */
export function useDynamo() {
  const server = dynalite({ createTableMs: 0 });
  const clients: DynamoDBClient[] = [];
  let port = 0;
  let tables = 0;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('dynalite is not listening');
    port = address.port;
  });
  afterAll(async () => {
    for (const client of clients) client.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  const aClient = (): DynamoDBClient => {
    const client = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      // As the deployed functions have it.
      maxAttempts: 3,
    });
    clients.push(client);
    return client;
  };
  return {
    aClient,
    /** @returns the name of a table with the ledger's keys, in which nothing is. */
    async aLedgerTable(): Promise<string> {
      tables += 1;
      const TableName = `ledger-${tables}`;
      await createTable(aClient(), {
        TableName,
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      });
      return TableName;
    },
  };
}
