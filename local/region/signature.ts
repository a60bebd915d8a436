import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

type Signed = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** Who signed a request and for which service: `Credential=KEY/20260301/us-east-1/ecs/aws4_request`. */
export function signerOf({ headers }: Signed): { caller: string; scope: string } {
  const { caller = '', scope = '' } = partsOf(headers.authorization);
  return { caller, scope };
}

/**
 * Whether a request carries the signature (version 4) that AWS would expect of that secret. How old it is, is not looked
 * at.
 */
export function isSignedWith(secretAccessKey: string, request: Signed, body: Buffer): boolean {
  const { date = '', region = '', scope = '', names = [], signature } = partsOf(request.headers.authorization);
  const told = request.headers['x-amz-content-sha256'];
  const bodyHash = sha256(body);
  // A hash that is told has to be the body's; a word such as UNSIGNED-PAYLOAD stands for itself.
  if (typeof told === 'string' && /^[0-9a-f]{64}$/.test(told) && told !== bodyHash) return false;
  const [path = '/', query = ''] = (request.url ?? '/').split('?');
  const canonical = [
    request.method,
    // Everybody but S3 encodes what is encoded already.
    scope === 's3' ? path : path.split('/').map(encoded).join('/'),
    query
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
      .sort()
      .join('&'),
    ...names.map(
      (name) =>
        `${name}:${String(request.headers[name] ?? '')
          .trim()
          .replaceAll(/\s+/g, ' ')}`,
    ),
    '',
    names.join(';'),
    told ?? bodyHash,
  ].join('\n');
  const toSign = [
    'AWS4-HMAC-SHA256',
    request.headers['x-amz-date'],
    `${date}/${region}/${scope}/aws4_request`,
    sha256(canonical),
  ].join('\n');
  const key = [date, region, scope, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  return signature === hmac(key, toSign).toString('hex');
}

function partsOf(authorization = '') {
  const part = (name: string) => new RegExp(`${name}=([^,\\s]+)`).exec(authorization)?.[1];
  const [caller, date, region, scope] = (part('Credential') ?? '').split('/');
  return { caller, date, region, scope, names: part('SignedHeaders')?.split(';'), signature: part('Signature') };
}

function encoded(segment: string): string {
  return encodeURIComponent(segment).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
