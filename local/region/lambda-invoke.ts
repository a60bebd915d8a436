import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError } from '../world/aws-error.ts';

/** What is called for a function, by its name. */
export type LambdaHooks = Readonly<Record<string, (payload: unknown) => Promise<unknown>>>;

export interface Invocation {
  /** As the caller wrote it: a name, a partial ARN or an ARN, each with a qualifier or without. */
  readonly functionName: string;
  readonly payload: unknown;
}

/** `POST /2015-03-31/functions/NAME-OR-ARN/invocations`; undefined for any other request. */
export function invocationFrom(request: IncomingMessage, body: Buffer): Invocation | undefined {
  const [, encoded] = /^\/2015-03-31\/functions\/([^/]+)\/invocations(?:\?|$)/.exec(request.url ?? '') ?? [];
  if (request.method !== 'POST' || encoded === undefined) return undefined;
  return {
    functionName: decodeURIComponent(encoded),
    payload: body.length === 0 ? undefined : JSON.parse(body.toString('utf8')),
  };
}

/** Waits for the function's end; whatever becomes of it, Lambda itself answers 200. @throws AwsError before that. */
export async function invoke(
  hooks: LambdaHooks,
  { functionName, payload }: Invocation,
  invocationType: string,
  response: ServerResponse,
): Promise<void> {
  if (invocationType !== 'RequestResponse') {
    throw new AwsError('InvalidParameterValueException', `${invocationType} is not part of the embedded region`);
  }
  const hook = hooks[nameOf(functionName)];
  if (hook === undefined) throw new AwsError('ResourceNotFoundException', `Function not found: ${functionName}`, 404);
  const headers = { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' };
  try {
    const answer = JSON.stringify((await hook(payload)) ?? null);
    response.writeHead(200, headers).end(answer);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    response
      .writeHead(200, { ...headers, 'x-amz-function-error': 'Unhandled' })
      .end(JSON.stringify({ errorType: name, errorMessage: message }));
  }
}

/** `arn:aws:lambda:us-east-1:111122223333:function:save:live`, `111122223333:function:save`, `save:live` → `save`. */
function nameOf(nameOrArn: string): string {
  return nameOrArn.replace(/^.*function:/, '').replace(/:.*$/, '');
}
