type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** Leaves out what is absent, as the ports' types want it. */
export function present<T extends object>(values: T): Present<T> {
  // Object.fromEntries loses the keys' types; leaving out undefined is what Present says.
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>;
}
