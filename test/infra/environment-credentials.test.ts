import { afterEach, describe, expect, it, vi } from 'vitest';
import { lambdaFunctions } from '../../infra/functions.ts';
import { defaultProvider } from '../../shared/adapters/environment-credentials.ts';
import { bundleOf } from './bundles.ts';

afterEach(() => vi.unstubAllEnvs());

describe('credentials of a function', () => {
  it('takes them from the environment that Lambda gives', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('AWS_SESSION_TOKEN', 'token');
    await expect(defaultProvider()()).resolves.toEqual({
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    });
  });

  it('needs no session token', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('AWS_SESSION_TOKEN', '');
    await expect(defaultProvider()()).resolves.toEqual({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' });
  });

  it('says which variables are missing', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', '');
    await expect(defaultProvider()()).rejects.toMatchObject({
      name: 'ConfigError',
      message: 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set',
    });
  });

  it.each(lambdaFunctions.map(({ name }) => name))('leaves the chain of other providers out of %s', (name) => {
    const inputs = Object.keys(bundleOf(name).inputs);
    expect(inputs.length).toBeGreaterThan(0);
    expect(
      inputs.filter((path) => /@aws-sdk\/(credential-provider|token-providers|nested-clients)/.test(path)),
    ).toEqual([]);
  });
});
