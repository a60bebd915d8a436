import type { Service } from '../../../shared/ports/ecs.ts';
import type { Ledger, SignalRecord } from '../../../shared/ports/ledger.ts';
import type { PlantedBug } from '../planted-bug.ts';

type Deps = Parameters<NonNullable<PlantedBug['deps']>>[0];

const withTags =
  (change: (tags: Readonly<Record<string, string>>) => Readonly<Record<string, string>>) =>
  (deps: Deps): Deps => ({
    ...deps,
    ecs: {
      ...deps.ecs,
      describeServices: async (refs) =>
        (await deps.ecs.describeServices(refs)).map((service): Service => ({ ...service, tags: change(service.tags) })),
    },
  });

/** What a decision believes before it has to: signals that the ledger does not have. */
const withSignal =
  (kind: SignalRecord['kind']) =>
  (deps: Deps): Deps => ({ ...deps, ledger: signalled(deps.ledger, kind, deps) });

function signalled(ledger: Ledger, kind: SignalRecord['kind'], { clock }: Deps): Ledger {
  return {
    ...ledger,
    async readService(serviceArn) {
      const stored = await ledger.readService(serviceArn);
      return { ...stored, signals: { ...stored.signals, [kind]: { kind, atMs: clock.nowMs(), eventId: 'planted' } } };
    },
  };
}

/** Decisions that rest on the wrong facts or the wrong policy. */
export const decidingBugs: readonly PlantedBug[] = [
  {
    name: 'starting tasks are a shortfall',
    says: 'tasks that merely start count as tasks that Spot cannot place',
    deps: withSignal('spot_placement_failure'),
  },
  {
    name: 'on-demand taken for Spot',
    says: 'a placement failure of the bridge is taken for one of Spot',
    deps: (deps) => ({
      ...deps,
      ledger: {
        ...deps.ledger,
        recordSignal: (signal) =>
          deps.ledger.recordSignal(
            signal.kind === 'on_demand_placement_failure' ? { ...signal, kind: 'spot_placement_failure' } : signal,
          ),
      },
    }),
  },
  {
    name: 'all is returned at once',
    says: 'the bridge goes in one step when Spot is calm',
    deps: withTags((tags) => ({ ...tags, 'ballast:return-step': '100pct' })),
  },
  {
    name: 'nothing is waited for',
    says: 'the bridge goes at the first steady state',
    deps: withTags((tags) => ({ ...tags, 'ballast:return-after': '1s' })),
  },
  {
    name: 'never gives back',
    says: 'what was needed once is needed for an hour',
    deps: withTags((tags) => ({ ...tags, 'ballast:return-after': '1h' })),
  },
  {
    name: 'on-demand shortage unheard',
    says: 'that on-demand cannot place the bridge is not known to any decision',
    deps: (deps) => ({
      ...deps,
      ledger: {
        ...deps.ledger,
        async readService(serviceArn) {
          const stored = await deps.ledger.readService(serviceArn);
          const { on_demand_placement_failure: _unheard, ...signals } = stored.signals;
          return { ...stored, signals };
        },
      },
    }),
  },
  {
    name: 'the other instrument',
    says: 'a service that asked for the strategy gets a bridge',
    deps: withTags((tags) => ({ ...tags, 'ballast:fallback': 'bridge' })),
  },
  {
    name: 'cool-down in seconds',
    says: 'the cool-down is taken for seconds where it has minutes',
    deps: withTags((tags) => {
      const cooldown = tags['ballast:cooldown']?.replace('m', 's');
      return cooldown === undefined
        ? tags
        : { ...tags, 'ballast:cooldown': cooldown, 'ballast:stay-shifted': cooldown };
    }),
  },
  {
    name: 'observe acts',
    says: 'a service that only observes is treated as one that acts',
    deps: withTags((tags) => (tags['ballast:mode'] === 'observe' ? { ...tags, 'ballast:mode': 'act' } : tags)),
  },
  {
    name: 'no cap',
    says: 'max-bridge is not read',
    deps: withTags(({ 'ballast:max-bridge': _cap, ...tags }) => tags),
  },
  {
    name: 'stale services',
    says: 'what DescribeServices answered once is believed for a minute',
    deps(deps) {
      const kept = new Map<string, { readonly atMs: number; readonly answer: Promise<Service[]> }>();
      return {
        ...deps,
        ecs: {
          ...deps.ecs,
          describeServices(refs) {
            const key = refs.map(({ service }) => service).join();
            const known = kept.get(key);
            const nowMs = deps.clock.nowMs();
            if (known !== undefined && nowMs - known.atMs < 60_000) return known.answer;
            const answer = deps.ecs.describeServices(refs);
            kept.set(key, { atMs: nowMs, answer });
            return answer;
          },
        },
      };
    },
  },
  {
    name: 'running is what is desired',
    says: 'the shortfall is computed from the desired count and is always 0',
    deps: (deps) => ({
      ...deps,
      ecs: {
        ...deps.ecs,
        async listServiceTasks(ref) {
          const listed = await deps.ecs.listServiceTasks(ref);
          const [service] = await deps.ecs.describeServices([ref]);
          const desired = (service?.desiredCount ?? 0) + (service?.pendingCount ?? 0);
          return [...listed, ...Array.from({ length: Math.max(0, desired - listed.length) }, () => 'arn:planted')];
        },
      },
    }),
  },
  {
    name: 'nothing is listed',
    says: 'ListTasks asks for a desiredStatus that no task has, and every task is missing',
    deps: (deps) => ({ ...deps, ecs: { ...deps.ecs, listServiceTasks: async () => [] } }),
  },
  {
    name: 'a gone service is not missed',
    says: 'what is deleted is taken for what could not be read',
    deps: (deps) => ({
      ...deps,
      ledger: {
        ...deps.ledger,
        readService: async (serviceArn) => {
          const { control, ...stored } = await deps.ledger.readService(serviceArn);
          const { bridge, ...rest } = control ?? { bridgeGeneration: 0, lastWholeAtMs: 0, recentShortfalls: [] };
          const kept = bridge !== undefined && bridge.idleSinceMs === undefined ? { bridge } : {};
          return { ...stored, control: { ...rest, ...kept } };
        },
      },
    }),
  },
];
