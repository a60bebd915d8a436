type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** Leaves out what is absent, as the ports' types want it. */
export function present<T extends object>(values: T): Present<T> {
  const known: Present<T> = {};
  for (const name in values) if (values[name] !== undefined) known[name] = values[name] as NonNullable<T[typeof name]>;
  return known;
}
