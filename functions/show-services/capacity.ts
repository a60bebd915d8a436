import type { ServiceFacts } from './facts.ts';

/** The tasks of a service by what they run on. */
export interface Capacity {
  readonly desired: number;
  readonly spot: number;
  readonly onDemand: number;
  readonly bridge: number;
  readonly missing: number;
  /** A deployment is in progress: what is missing may just be starting. */
  readonly deploying: boolean;
  /** When it was so, where ECS was not asked now. */
  readonly asOfMs?: number;
}

/**
 * From ECS, else from the facts behind the last decision; `undefined` where there are neither. As the metrics have it,
 * what a service runs is on Spot where its strategy names the Spot provider. A scaler folds a service that is short:
 * then what it wanted before counts.
 */
export function capacityOf({ described, newest, spotProvider }: ServiceFacts): Capacity | undefined {
  const latched = newest?.facts?.wantedLatched ?? 0;
  if (described !== undefined) {
    const { primary, bridge } = described;
    const onSpot = primary.capacityProviderStrategy.some((item) => item.capacityProvider === spotProvider);
    return capacity({
      desired: Math.max(primary.desiredCount, latched),
      spot: onSpot ? primary.runningCount : 0,
      onDemand: onSpot ? 0 : primary.runningCount,
      bridge: bridge?.runningCount ?? 0,
      deploying: primary.deployments.some(({ rolloutState }) => rolloutState === 'IN_PROGRESS'),
    });
  }
  const facts = newest?.facts;
  if (newest === undefined || facts === undefined) return undefined;
  return {
    ...capacity({
      desired: Math.max(facts.desired, latched),
      spot: facts.running,
      onDemand: 0,
      bridge: facts.bridgeRunning ?? 0,
      deploying: facts.deployments > 1,
    }),
    // Facts are those of the first of equal decisions.
    asOfMs: newest.sinceMs,
  };
}

function capacity(known: Omit<Capacity, 'missing' | 'asOfMs'>): Capacity {
  return { ...known, missing: Math.max(0, known.desired - known.spot - known.onDemand - known.bridge) };
}
