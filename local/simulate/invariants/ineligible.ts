import { fallbackAt, type Invariant, writeOf } from '../scene.ts';

export const ineligibleLeftAlone: Invariant = {
  name: 'ineligible-left-alone',
  says: 'for a service that can have neither bridge nor shift nothing is written, and the other instrument is not taken instead',
  watch: ({ cast, truth, world }, violated) => {
    const names = cast.roles.filter(({ cannotBeHelped }) => cannotBeHelped === true).map(({ setup }) => setup.name);
    /** Somebody may have it ask for the other instrument, which it can have. */
    const asksAsDrawn = (name: string): boolean => {
      const service = truth.byName(name);
      return service !== undefined && fallbackAt(service, service.createdAtMs) === fallbackAt(service, world.nowMs);
    };
    return {
      aws({ service, action, input, error }) {
        const write = writeOf(service, action, input);
        if (write === undefined || error !== undefined || action === 'RunTask') return;
        const name = names.find((one) => write.target === one || write.target.startsWith(`ballast-${one}-`));
        if (name !== undefined && asksAsDrawn(name))
          violated(`${action} of ${write.target}, and ${name} cannot be helped`);
      },
    };
  },
};
