import { capacityOf } from './capacity.ts';
import type { ServiceFacts } from './facts.ts';
import { type Tone, toneOf } from './tone.ts';

const ofTone: Readonly<Record<Tone, number>> = { calm: 0, barred: 1, acting: 2, obstacle: 3 };
const short = 4;

/** How soon somebody should look: 4 tasks are missing and no deployment explains it, 3 obstacle … 0 calm. */
export function urgencyOf(service: ServiceFacts): number {
  const capacity = capacityOf(service);
  if (capacity !== undefined && capacity.missing > 0 && !capacity.deploying) return short;
  const decided = service.newest === undefined ? 0 : ofTone[toneOf(service.newest.reason)];
  const held = service.policy.ok ? 0 : ofTone.barred;
  const bridged = capacity !== undefined && capacity.bridge > 0 ? ofTone.acting : 0;
  return Math.max(decided, held, bridged);
}

/** The most urgent first; of those alike the one that misses more, then by cluster and name. */
export function inOrder(services: readonly ServiceFacts[]): ServiceFacts[] {
  const ranked = services.map((service) => ({
    service,
    urgency: urgencyOf(service),
    missing: capacityOf(service)?.missing ?? 0,
  }));
  ranked.sort(
    (left, right) =>
      right.urgency - left.urgency ||
      right.missing - left.missing ||
      (left.service.serviceArn < right.service.serviceArn ? -1 : 1),
  );
  return ranked.map(({ service }) => service);
}
