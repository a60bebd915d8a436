import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError } from '../world/aws-error.ts';
import { escapedXml } from './query-protocol.ts';

/** Bytes by `bucket/key`. Every bucket exists. */
export type Objects = Map<string, Buffer>;

export interface ObjectRequest {
  readonly action: 'PutObject' | 'GetObject' | 'HeadObject' | undefined;
  readonly bucket: string;
  readonly key: string;
}

const actions: Readonly<Record<string, ObjectRequest['action']>> = {
  PUT: 'PutObject',
  GET: 'GetObject',
  HEAD: 'HeadObject',
};

/** Path style: `/BUCKET/KEY`. What else S3 can do has no action here. */
export function objectRequest(request: IncomingMessage): ObjectRequest {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const [, bucket = '', ...rest] = path.split('/').map(decodeURIComponent);
  const key = rest.join('/');
  const isObject = key !== '' && [...new URLSearchParams(query).keys()].every((name) => name === 'x-id');
  return { action: isObject ? actions[request.method ?? ''] : undefined, bucket, key };
}

/** @throws AwsError for what is not there or not here. */
export function serveObject(
  objects: Objects,
  { action, bucket, key }: ObjectRequest,
  request: IncomingMessage,
  body: Buffer,
  nowMs: number,
  response: ServerResponse,
): void {
  const name = `${bucket}/${key}`;
  if (action === undefined) {
    throw new AwsError('NotImplemented', `${request.method} ${request.url} is not part of the embedded region`, 501);
  }
  if (action === 'PutObject') {
    const bytes = contentOf(request, body);
    objects.set(name, bytes);
    response.writeHead(200, { etag: etagOf(bytes) }).end();
    return;
  }
  const bytes = objects.get(name);
  if (bytes === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': bytes.length,
    'last-modified': new Date(nowMs).toUTCString(),
    etag: etagOf(bytes),
  });
  response.end(action === 'HeadObject' ? undefined : bytes);
}

/** A HEAD's answer has no body to tell the code in. */
export function serveObjectError(error: AwsError, { key }: ObjectRequest, isHead: boolean, response: ServerResponse) {
  const xml = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${escapedXml(error.name)}</Code><Message>${escapedXml(error.message)}</Message><Key>${escapedXml(key)}</Key><RequestId>local</RequestId></Error>`;
  response.writeHead(error.httpStatus, { 'content-type': 'application/xml' }).end(isHead ? undefined : xml);
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

function contentOf({ headers }: IncomingMessage, body: Buffer): Buffer {
  const encodings = String(headers['content-encoding'] ?? '').split(',');
  if (!encodings.some((encoding) => encoding.trim() === 'aws-chunked')) return body;
  const bytes = unchunked(body);
  if (String(bytes.length) !== headers['x-amz-decoded-content-length']) {
    throw new AwsError('IncompleteBody', 'You did not provide the number of bytes that you announced.');
  }
  return bytes;
}

/** `SIZE[;chunk-signature=…]CRLF bytes CRLF` … `0CRLF trailers CRLF`: SIZE is hexadecimal, trailers are checksums. */
function unchunked(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = lineEnd < 0 ? Number.NaN : Number.parseInt(body.toString('latin1', at, lineEnd), 16);
    if (Number.isNaN(size)) throw new AwsError('InvalidRequest', 'The aws-chunked body is not well formed.');
    if (size === 0) return Buffer.concat(chunks);
    const from = lineEnd + 2;
    chunks.push(body.subarray(from, from + size));
    at = from + size + 2;
  }
}
