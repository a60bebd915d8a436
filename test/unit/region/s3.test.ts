import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWire, type Wire } from '../../../local/region/wire.ts';
import { aStage } from '../../builders/world.ts';

/* S3's own client: what it adds to a body is its business, what arrives has to be the body. */

const calls: unknown[] = [];
let wire: Wire;
let s3: S3Client;

beforeEach(async () => {
  calls.length = 0;
  const { world } = aStage();
  wire = await startWire({
    world,
    nowMs: () => world.nowMs,
    putEvents: async () => ({}),
    putMetricData: () => {},
    onCall: ({ service, action, input, error }) => calls.push([service, action, input, error]),
  });
  s3 = new S3Client({
    endpoint: wire.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
    maxAttempts: 1,
  });
});
afterEach(async () => {
  s3.destroy();
  await wire.stop();
});

const at = { Bucket: 'saves', Key: 'job 1/ä=b/state.json' };
const name = 'saves/job 1/ä=b/state.json';

describe('Amazon S3', () => {
  it('keeps a string, byte by byte', async () => {
    const { ETag } = await s3.send(new PutObjectCommand({ ...at, Body: '{"step":"größer"}' }));
    const { Body, ContentLength } = await s3.send(new GetObjectCommand(at));

    expect(await Body?.transformToString()).toBe('{"step":"größer"}');
    expect(wire.objects.get(name)?.toString('utf8')).toBe('{"step":"größer"}');
    expect(ContentLength).toBe(19);
    // md5 of these bytes.
    expect(ETag).toBe('"721f303d74ffaccfd6d307bc3954f41d"');
    expect(calls).toEqual([
      ['s3', 'PutObject', at, undefined],
      ['s3', 'GetObject', at, undefined],
    ]);
  });

  it('keeps a buffer that looks like chunks', async () => {
    const bytes = Buffer.concat([Buffer.from('5\r\nhello\r\n0\r\n\r\n'), randomBytes(100_000)]);

    await s3.send(new PutObjectCommand({ ...at, Body: bytes }));
    const { Body } = await s3.send(new GetObjectCommand(at));

    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
  });

  it('decodes a stream, which the client sends in chunks with a checksum behind', async () => {
    const parts = [randomBytes(70_000), Buffer.from('\r\n0\r\n'), randomBytes(3)];
    const ContentLength = 70_008;

    await s3.send(new PutObjectCommand({ ...at, Body: Readable.from(parts), ContentLength }));

    expect(wire.objects.get(name)?.equals(Buffer.concat(parts))).toBe(true);
  });

  it('decodes signed chunks, and refuses what is not as long as announced', async () => {
    const put = (length: number, body: string) =>
      fetch(`${wire.endpoint}/saves/raw`, {
        method: 'PUT',
        headers: {
          authorization: 'AWS4-HMAC-SHA256 Credential=TEST/20260301/us-east-1/s3/aws4_request',
          'content-encoding': 'aws-chunked',
          'x-amz-decoded-content-length': String(length),
        },
        body,
      });
    const signed = 'a;chunk-signature=0f\r\n0123456789\r\n1;chunk-signature=0f\r\n!\r\n0;chunk-signature=0f\r\n\r\n';

    const good = await put(11, signed);
    const short = await put(12, signed);
    const cut = await put(11, 'a\r\n0123');
    const nonsense = await put(11, 'hello there');

    expect(wire.objects.get('saves/raw')?.toString()).toBe('0123456789!');
    expect([good.status, short.status, cut.status, nonsense.status]).toEqual([200, 400, 400, 400]);
    expect(await short.text()).toContain('<Code>IncompleteBody</Code>');
  });

  it('keeps an empty object', async () => {
    await s3.send(new PutObjectCommand({ ...at, Body: Buffer.alloc(0) }));
    const { ContentLength } = await s3.send(new HeadObjectCommand(at));

    expect([ContentLength, wire.objects.get(name)?.length]).toEqual([0, 0]);
  });

  it('shows an object that a test put there', async () => {
    wire.objects.set('saves/seed', Buffer.from('from the test'));

    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'saves', Key: 'seed' }));

    expect(await Body?.transformToString()).toBe('from the test');
  });

  it('answers NoSuchKey for what is not there, and NotFound where there is no body to say so', async () => {
    await expect(s3.send(new GetObjectCommand(at))).rejects.toMatchObject({
      name: 'NoSuchKey',
      Key: 'job 1/ä=b/state.json',
      $metadata: { httpStatusCode: 404 },
    });
    await expect(s3.send(new HeadObjectCommand(at))).rejects.toMatchObject({ name: 'NotFound' });
    expect(calls).toEqual([
      ['s3', 'GetObject', at, 'NoSuchKey'],
      ['s3', 'HeadObject', at, 'NoSuchKey'],
    ]);
  });

  it('answers NotImplemented for what else S3 can do', async () => {
    await expect(s3.send(new DeleteObjectCommand(at))).rejects.toMatchObject({ name: 'NotImplemented' });
    const tagging = await fetch(`${wire.endpoint}/saves/key?tagging`, {
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=TEST/20260301/us-east-1/s3/aws4_request' },
    });
    expect(tagging.status).toBe(501);
  });
});
