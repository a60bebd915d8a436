import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../../shared/adapters/environment-config.ts';

afterEach(() => vi.unstubAllEnvs());

const mode = { environmentVariableSelector: (env: NodeJS.ProcessEnv) => env.BALLAST_TEST_MODE };

describe('a setting of the SDK in a function', () => {
  it('is what the environment says', async () => {
    vi.stubEnv('BALLAST_TEST_MODE', 'set');
    await expect(loadConfig({ ...mode, default: 'otherwise' })()).resolves.toBe('set');
  });

  it.each([
    ['a value', 'otherwise'],
    ['a function', () => 'otherwise'],
    ['a function that waits', async () => 'otherwise'],
  ])('is otherwise what the SDK says: %s', async (_what, otherwise) => {
    await expect(loadConfig({ ...mode, default: otherwise })()).resolves.toBe('otherwise');
  });

  it('is undefined where nobody says anything', async () => {
    await expect(loadConfig(mode)()).resolves.toBeUndefined();
  });

  it('is looked up once, and not before it is asked for', async () => {
    const environmentVariableSelector = vi.fn(() => 'set');
    const load = loadConfig({ environmentVariableSelector }, { signingName: 'ecs' });
    expect(environmentVariableSelector).not.toHaveBeenCalled();
    await load();
    await load();
    expect(environmentVariableSelector.mock.calls).toEqual([[process.env, { signingName: 'ecs' }]]);
  });

  it('fails where the environment says what the SDK does not take', async () => {
    const environmentVariableSelector = () => {
      throw new TypeError('neither true nor false');
    };
    await expect(loadConfig({ environmentVariableSelector, default: 'otherwise' })()).rejects.toThrow('neither');
  });
});
