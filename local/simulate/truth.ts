import { isBridgeName } from '../../shared/decisions/bridge-request.ts';
import { nameOfArn } from '../../shared/events/arn.ts';
import { bridgeOfTag } from '../../shared/ports/bridge-tag.ts';
import type { ServiceSetup } from '../scenarios/stage.ts';
import type { Step } from '../world/figures.ts';
import type { World } from '../world/world.ts';

/** A service as it is, kept from what was written: what the functions are shown may lag. */
export interface TrueService {
  readonly name: string;
  readonly arn: string;
  /** Bridges only: ARN of the primary. */
  readonly bridgeOf?: string;
  readonly targetGroupArn?: string;
  readonly createdAtMs: number;
  desired: number;
  /** Before the last write. */
  desiredBefore: number;
  /** The most that was ever desired. */
  desiredMost: number;
  /** When its desired count was last lowered by a person. */
  loweredAtMs: number;
  deletedAtMs?: number;
  /** Newest last. */
  readonly tags: { readonly atMs: number; readonly tags: ReadonlyMap<string, string> }[];
  /** Whether a person has it paused; newest last. */
  readonly pauses: { readonly atMs: number; readonly isPaused: boolean }[];
  /** Every strategy that people wrote. */
  readonly ownStrategies: string[];
  /** What was written last, whoever did. */
  strategy: string;
  /** A person asked for the return of what its bridge holds, while it is paused. */
  returnAsked: boolean;
  /** When Ballast first wrote down that it looks after the service. */
  enrolledAtMs?: number;
  /** Primaries only. */
  readonly steps: readonly Step[];
}

export interface Truth {
  readonly services: ReadonlyMap<string, TrueService>;
  began(setup: ServiceSetup, arn: string, targetGroupArn: string | undefined): void;
  /** A call to ECS that changed something, whoever made it. */
  written(action: string, input: Readonly<Record<string, unknown>>, byPerson: boolean): void;
  paused(name: string, isPaused: boolean): void;
  /** Of all services at once; newest last. */
  readonly pausesOfAll: readonly { readonly atMs: number; readonly isPaused: boolean }[];
  primaries(): TrueService[];
  bridgesOf(primary: TrueService): TrueService[];
  byName(nameOrArn: unknown): TrueService | undefined;
}

export function createTruth(world: World, clusterArn: string): Truth {
  const services = new Map<string, TrueService>();
  const pausesOfAll: { readonly atMs: number; readonly isPaused: boolean }[] = [];
  const arnOf = (name: string) => `${clusterArn.replace(':cluster/', ':service/')}/${name}`;
  const byName = (nameOrArn: unknown) => services.get(nameOfArn(String(nameOrArn)));

  const setDesired = (service: TrueService, desired: number): void => {
    if (desired < service.desired) service.loweredAtMs = world.nowMs;
    service.desiredBefore = service.desired;
    service.desired = desired;
    service.desiredMost = Math.max(service.desiredMost, desired);
  };
  const created = (input: Readonly<Record<string, unknown>>): void => {
    const name = String(input.serviceName);
    const tags = new Map(pairsOf(input.tags));
    const bridgeOf = tags.get(bridgeOfTag);
    services.set(name, {
      name,
      arn: arnOf(name),
      ...(bridgeOf === undefined ? {} : { bridgeOf }),
      createdAtMs: world.nowMs,
      desired: Number(input.desiredCount),
      desiredBefore: 0,
      desiredMost: Number(input.desiredCount),
      loweredAtMs: Number.NEGATIVE_INFINITY,
      tags: [{ atMs: world.nowMs, tags }],
      pauses: [],
      ownStrategies: [],
      strategy: strategyText(input.capacityProviderStrategy),
      returnAsked: false,
      steps: [],
    });
  };

  return {
    services,
    pausesOfAll,
    byName,
    began(setup, arn, targetGroupArn) {
      // What the ledger keeps of a name is another service's of that name as well.
      const { pauses = [], returnAsked = false } = services.get(setup.name) ?? {};
      services.set(setup.name, {
        name: setup.name,
        arn,
        ...(targetGroupArn === undefined ? {} : { targetGroupArn }),
        createdAtMs: world.nowMs,
        desired: setup.desiredCount,
        desiredBefore: setup.desiredCount,
        desiredMost: setup.desiredCount,
        loweredAtMs: Number.NEGATIVE_INFINITY,
        tags: [{ atMs: world.nowMs, tags: new Map(Object.entries(setup.tags ?? {})) }],
        pauses: [...pauses],
        ownStrategies: [strategyText(setup.strategy)],
        strategy: strategyText(setup.strategy),
        returnAsked,
        steps: world.figures.record(arn),
      });
    },
    written(action, input, byPerson) {
      if (action === 'CreateService') {
        // A name is free again when its service is gone; a call that the SDK repeats changes nothing.
        if (
          services.get(String(input.serviceName))?.deletedAtMs !== undefined ||
          !services.has(String(input.serviceName))
        ) {
          created(input);
        }
        return;
      }
      const service = byName(input.service ?? input.resourceArn);
      if (service === undefined) return;
      const last = service.tags.at(-1)?.tags ?? new Map();
      if (action === 'UpdateService' && typeof input.desiredCount === 'number') setDesired(service, input.desiredCount);
      if (input.capacityProviderStrategy !== undefined) {
        service.strategy = strategyText(input.capacityProviderStrategy);
        if (byPerson) service.ownStrategies.push(service.strategy);
      }
      if (action === 'DeleteService') {
        setDesired(service, 0);
        service.deletedAtMs = world.nowMs;
      }
      if (action === 'TagResource') {
        service.tags.push({ atMs: world.nowMs, tags: new Map([...last, ...pairsOf(input.tags)]) });
      }
      if (action === 'UntagResource' && Array.isArray(input.tagKeys)) {
        const gone = new Set(input.tagKeys);
        service.tags.push({ atMs: world.nowMs, tags: new Map([...last].filter(([key]) => !gone.has(key))) });
      }
    },
    paused(name, isPaused) {
      const pauses = name === 'all' ? pausesOfAll : services.get(name)?.pauses;
      pauses?.push({ atMs: world.nowMs, isPaused });
    },
    primaries: () => [...services.values()].filter(({ name }) => !isBridgeName(name)),
    bridgesOf: (primary) => [...services.values()].filter(({ bridgeOf }) => bridgeOf === primary.arn),
  };
}

function pairsOf(tags: unknown): [string, string][] {
  if (!Array.isArray(tags)) return [];
  return tags.map((tag: { readonly key?: unknown; readonly value?: unknown }) => [String(tag.key), String(tag.value)]);
}

/** What a shift writes. */
export const onDemandText = strategyText([{ capacityProvider: 'FARGATE', weight: 1 }]);

/** ECS shows base and weight also where nobody wrote them. */
export function strategyText(strategy: unknown): string {
  const items = Array.isArray(strategy) ? strategy : [];
  return JSON.stringify(items.map(({ capacityProvider, base = 0, weight = 0 }) => [capacityProvider, base, weight]));
}
