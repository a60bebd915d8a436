import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CheckpointRequestDetail } from '../../../shared/ports/hooks.ts';

interface HookContext {
  getRemainingTimeInMillis(): number;
}
type Hook = (request: CheckpointRequestDetail, context: HookContext) => Promise<unknown>;

const file = new URL('../../../examples/lambda-hook/index.mjs', import.meta.url).href;
// Its signature is documented, not typed.
const { handler } = (await import(file)) as { readonly handler: Hook };

let server: Server;
/** What the container was asked, in order. */
let asked: { readonly path: string | undefined; readonly body: unknown }[];
let answer: { readonly status: number; readonly body: string } | 'none';

beforeEach(async () => {
  asked = [];
  answer = { status: 200, body: '{"uri":"s3://acme-jobs/state"}' };
  server = createServer(async (request, response) => {
    asked.push({ path: request.url, body: JSON.parse(await text(request)) });
    if (answer !== 'none') response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('PORT', String((server.address() as AddressInfo).port));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function aRequest(leftMs = 60_000): CheckpointRequestDetail {
  return {
    checkpointId: 'ckpt-0a1b2c',
    hook: 'over-http',
    taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/shop/0a1b2c',
    clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
    containers: [
      { name: 'app', privateIpv4Addresses: ['127.0.0.1'] },
      { name: 'proxy', privateIpv4Addresses: ['127.0.0.1'] },
    ],
    attempt: 0,
    noticeAt: new Date(Date.now() + leftMs - 120_000).toISOString(),
    deadline: new Date(Date.now() + leftMs).toISOString(),
  };
}

const withTime: HookContext = { getRemainingTimeInMillis: () => 120_000 };

describe('the example hook', () => {
  it('has the task save, asks once at one address, and replies where the state lies', async () => {
    const request = aRequest();
    expect(await handler(request, withTime)).toEqual({ outcome: 'completed', uri: 's3://acme-jobs/state' });
    expect(asked).toEqual([{ path: '/checkpoint', body: request }]);
  });

  it('passes on that the job is finished', async () => {
    answer = { status: 200, body: '{"finished":true}' };
    expect(await handler(aRequest(), withTime)).toEqual({ outcome: 'completed', finished: true });
  });

  it('replies why the task could not save', async () => {
    answer = { status: 500, body: 'disk full' };
    expect(await handler(aRequest(), withTime)).toEqual({
      outcome: 'failed',
      reason: 'Error: 127.0.0.1 answered 500: disk full',
    });
  });

  it.each([
    ['the deadline', 1_300, 120_000],
    ['its own time', 60_000, 1_300],
  ])('gives up before %s is over', async (_, untilDeadlineMs, remainingMs) => {
    answer = 'none';
    const context = { getRemainingTimeInMillis: () => remainingMs };
    expect(await handler(aRequest(untilDeadlineMs), context)).toEqual({
      outcome: 'failed',
      reason: 'TimeoutError: The operation was aborted due to timeout',
    });
  });

  it('asks nobody when the time is over', async () => {
    expect(await handler(aRequest(500), withTime)).toEqual({ outcome: 'failed', reason: 'asked too late' });
    expect(asked).toEqual([]);
  });
});
