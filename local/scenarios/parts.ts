import type { GroupFigures } from '../world/figures.ts';
import type { World } from '../world/world.ts';
import type { Cast } from './cast.ts';

/** The figures of a stretch of a scenario, by service. */
export interface Part {
  readonly title: string;
  readonly services: Readonly<Record<string, GroupFigures>>;
}

/** Cuts a run into parts, so that each answers for itself. */
export function createParts(world: World, cast: Cast) {
  const parts: Part[] = [];
  let title: string | undefined;
  const finish = (): void => {
    if (title === undefined) return;
    const services = Object.fromEntries(cast.services.map(({ name, arn }) => [name, world.figures.of(arn)]));
    parts.push({ title, services });
  };
  return {
    open(next: string): void {
      finish();
      title = next;
      world.figures.reset();
    },
    close(): Part[] {
      finish();
      return parts;
    },
  };
}
