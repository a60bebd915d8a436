import { ConfigError } from './errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A setting that the template must have given.
 * @throws ConfigError naming the variable: the function fails at its first invocation, not at its first notice's end.
 */
export function required(env: Environment, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new ConfigError(`environment variable ${name} is not set`);
  return value;
}

/** @throws ConfigError when the variable is not a whole number from 1. */
export function requiredCount(env: Environment, name: string): number {
  const text = required(env, name);
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new ConfigError(`${name}: expected a whole number from 1, not ${text}`);
  return Number(text);
}
