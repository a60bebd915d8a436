import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { patchDate, realNowMs, virtualMs } from '../region/region-clock.ts';

/**
 * What Lambda's runtime does in an execution environment: loads the handler as deployed and asks the Runtime API for
 * one invocation after the other. Each brings the region's time, which the handler sees as `Date`.
 */
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const anchor = [Date.now(), realNowMs(), 1];
patchDate(() => virtualMs(anchor));

type Handler = (event: unknown, context: Record<string, unknown>) => Promise<unknown>;

const handler = await load().catch(async (error: unknown) => {
  await report(`${api}/init/error`, error);
  process.exit(1);
});

for (;;) {
  const invocation = await fetch(`${api}/invocation/next`);
  // Nothing yet: no client waits for ever.
  if (invocation.status === 204) continue;
  if (invocation.status !== 200) break;
  const requestId = invocation.headers.get('lambda-runtime-aws-request-id') ?? '';
  const deadlineMs = Number(invocation.headers.get('lambda-runtime-deadline-ms'));
  const [startMs, speed] = (invocation.headers.get('ballast-region-clock') ?? '').split(' ').map(Number);
  anchor.splice(0, 3, startMs ?? Date.now(), realNowMs(), speed ?? 1);
  const context = {
    awsRequestId: requestId,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    invokedFunctionArn: invocation.headers.get('lambda-runtime-invoked-function-arn'),
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
  try {
    const answer = await handler(await invocation.json(), context);
    await fetch(`${api}/invocation/${requestId}/response`, { method: 'POST', body: JSON.stringify(answer ?? null) });
  } catch (error) {
    await report(`${api}/invocation/${requestId}/error`, error);
  }
}

async function load(): Promise<Handler> {
  const [file = '', name = 'handler'] = (process.env._HANDLER ?? '').split(/\.(?=[^.]+$)/);
  const module: Record<string, unknown> = await import(
    pathToFileURL(join(process.env.LAMBDA_TASK_ROOT ?? '.', `${file}.mjs`)).href
  );
  const exported = module[name];
  if (typeof exported !== 'function') throw new Error(`${file}.mjs exports no function ${name}`);
  return (event, context) => exported(event, context);
}

async function report(url: string, error: unknown): Promise<void> {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  await fetch(url, {
    method: 'POST',
    body: JSON.stringify({ errorType: name, errorMessage: message, stackTrace: stack?.split('\n') }),
  });
}
