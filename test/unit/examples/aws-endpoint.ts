import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { crc32 } from 'node:zlib';

export const taskArn = 'arn:aws:ecs:us-east-1:111122223333:task/shop/0a1b2c3d4e5f60718293a4b5c6d7e8f9';

const slowWriteMs = 100;

/** An entry of PutEvents, `Detail` parsed. */
export interface PutEvent {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: Readonly<Record<string, unknown>>;
}

/** As much of AWS as the worker uses, on the loopback address: S3 by path, PutEvents, the task's metadata. */
export interface AwsEndpoint {
  readonly url: string;
  /** `bucket/key` → what was put there. */
  readonly objects: Map<string, string>;
  /** Taken, in order. */
  readonly events: PutEvent[];
  /** PutEvents answers so often that it took nothing. */
  refuseEvents(times: number): void;
  /** The next PutObject takes longer than many steps of the worker. */
  slowNextWrite(): void;
  /** PutObject is denied. */
  denyWrites(): void;
  close(): Promise<void>;
}

export async function startAwsEndpoint(): Promise<AwsEndpoint> {
  const objects = new Map<string, string>();
  const events: PutEvent[] = [];
  let refusals = 0;
  let slow = false;
  let denied = false;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { method, headers, url = '/' } = request;
    const path = decodeURIComponent(url.split('?')[0] ?? '').slice(1);
    if (path === 'metadata/task') return reply(response, 200, JSON.stringify({ Cluster: 'shop', TaskARN: taskArn }));
    if (headers['x-amz-target'] === 'AWSEvents.PutEvents') {
      const { Entries } = JSON.parse(body.toString()) as { Entries: (Omit<PutEvent, 'Detail'> & { Detail: string })[] };
      const isRefused = refusals > 0;
      refusals -= 1;
      if (!isRefused) {
        for (const entry of Entries) events.push({ ...entry, Detail: JSON.parse(entry.Detail) });
      }
      const outcome = isRefused ? { ErrorCode: 'InternalFailure', ErrorMessage: 'not this time' } : { EventId: 'e-1' };
      const FailedEntryCount = isRefused ? Entries.length : 0;
      return reply(response, 200, JSON.stringify({ FailedEntryCount, Entries: Entries.map(() => outcome) }));
    }
    if (method === 'PUT') {
      if (denied) return reply(response, 403, '<Error><Code>AccessDenied</Code><Message>not yours</Message></Error>');
      const content = contentOf(request, body);
      const checksum = headers['x-amz-checksum-crc32'];
      if (checksum !== undefined && checksum !== crc32Of(content)) {
        return reply(response, 400, '<Error><Code>BadDigest</Code></Error>');
      }
      if (slow) {
        slow = false;
        await wait(slowWriteMs);
      }
      objects.set(path, content.toString());
      return reply(response, 200, '');
    }
    const object = method === 'GET' ? objects.get(path) : undefined;
    if (object === undefined) return reply(response, 404, '<Error><Code>NoSuchKey</Code></Error>');
    return reply(response, 200, object);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => reply(response, 500, String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    objects,
    events,
    refuseEvents: (times) => {
      refusals = times;
    },
    slowNextWrite: () => {
      slow = true;
    },
    denyWrites: () => {
      denied = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The SDK sends streams in chunks of its own, `aws-chunked`: size in hex, content, at the end trailers. */
function contentOf({ headers }: IncomingMessage, body: Buffer): Buffer {
  if (!String(headers['content-encoding']).includes('aws-chunked')) return body;
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, lineEnd), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

function crc32Of(content: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(content));
  return bytes.toString('base64');
}

function reply(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body) }).end(body);
}
