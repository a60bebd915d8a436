import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { functionLogicalId, lambdaFunctions } from '../../infra/functions.ts';
import { environmentNames } from '../../scripts/packaged-template.ts';
import { root } from '../../scripts/root.ts';
import { run } from '../../scripts/run.ts';
import { template } from './packaged.ts';

/* The bundles as deployed, in processes of their own, with what nobody can handle. */

interface LoggedError {
  readonly location: string;
  readonly stack: string;
}

async function loggedBy(name: string, event: object): Promise<string> {
  const lambda = lambdaFunctions.find((one) => one.name === name);
  if (lambda === undefined) throw new Error(`no function ${name}`);
  const names = environmentNames(template, functionLogicalId(lambda)).filter((one) => one.startsWith('BALLAST_'));
  const script = `
    const { handler } = await import(${JSON.stringify(join(root, 'dist', name, 'index.mjs'))});
    await handler(${JSON.stringify(event)}, {}).catch((error) => console.log(error.stack));`;
  const { output } = await run(process.execPath, ['--input-type=module', '--eval', script], {
    ...Object.fromEntries(names.map((one) => [one, '1'])),
    AWS_REGION: 'us-east-1',
    // Nobody listens: the first request fails.
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    POWERTOOLS_METRICS_NAMESPACE: 'Ballast',
  });
  return output;
}

/** What a function logged of an error. */
function errorIn(output: string): LoggedError {
  const line = output.split('\n').find((one) => one.includes('"stack"'));
  if (line === undefined) throw new Error(`no error in ${output}`);
  return JSON.parse(line).error;
}

const message = { Records: [{ messageId: 'a', body: '{ this is no JSON' }] };

describe('a stack trace in the logs', () => {
  it.each([
    ['on-spot-notice', /^shared\/events\/envelope\.ts:\d+$/],
    ['decide', /^shared\/events\/\S+\.ts:\d+$/],
  ])('names the sources of %s', async (name, place) => {
    const { location, stack } = errorIn(await loggedBy(name, message));
    expect(location).toMatch(place);
    expect(stack).toMatch(/\n {4}at .*\(?shared\/middleware\/\S+-consumer\.ts:\d+:\d+\)?/);
    expect(stack).not.toContain('index.mjs');
  });

  it('names them as well where Lambda itself logs what the schedule failed with', async () => {
    const output = await loggedBy('reconcile', {});
    expect(output).toMatch(/\n {4}at .*functions\/reconcile\/\S+\.ts:\d+:\d+\)?/);
    expect(output).not.toContain('index.mjs');
  });
});
