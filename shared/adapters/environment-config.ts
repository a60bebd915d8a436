/** What the SDK tells of one of its settings: where it looks for it, and what holds where it is not set. */
interface Setting<T> {
  environmentVariableSelector(env: NodeJS.ProcessEnv, options: Context): T | undefined;
  readonly default?: T | (() => T | Promise<T>);
}

interface Context {
  readonly signingName?: string;
  readonly logger?: unknown;
}

/**
 * What the build puts in the place of the SDK's own loader of settings: a function has no `~/.aws`, so looking for files
 * there with the first request, and the code that reads them, are for nothing. Settings are those of the environment.
 * @returns looks once, when it is first asked.
 */
export function loadConfig<T>(setting: Setting<T>, context: Context = {}): () => Promise<T | undefined> {
  let value: Promise<T | undefined> | undefined;
  const look = async (): Promise<T | undefined> => {
    const set = setting.environmentVariableSelector(process.env, context);
    if (set !== undefined) return set;
    return setting.default instanceof Function ? setting.default() : setting.default;
  };
  return () => {
    value ??= look();
    return value;
  };
}
