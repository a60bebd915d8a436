import { createAgenda } from '../agenda.ts';
import type { EventBridgeEvent } from './events.ts';
import { createFigures, type Figures } from './figures.ts';
import type { ClusterModel, ServiceModel, TargetGroupModel, TaskDefinitionModel, TaskModel } from './model.ts';
import { type Rng, rngOf } from './rng.ts';
import type { Range, Switches } from './switches.ts';

/** Capacity of a provider: tasks that may run at the same time; absent is unlimited. */
export interface Market {
  /** New launches fail beyond it. Tasks that already run are not taken back. */
  setCapacity(capacityProvider: string, tasks: number | undefined): void;
  capacity(capacityProvider: string): number | undefined;
  /** Gives a Spot task its notice. */
  reclaim(taskArn: string): void;
  /** Lowers Spot capacity to `tasks` and takes back as many as run above it, chosen by the seed. */
  reclaimDownTo(tasks: number): void;
}

/** The state and the clock that the parts of the world share. */
export interface Engine {
  readonly seed: number;
  readonly region: string;
  readonly account: string;
  readonly switches: Switches;
  readonly clusters: Map<string, ClusterModel>;
  readonly taskDefinitions: Map<string, TaskDefinitionModel>;
  readonly families: Map<string, number>;
  readonly targetGroups: Map<string, TargetGroupModel>;
  readonly tasks: Map<string, TaskModel>;
  readonly capacities: Map<string, number>;
  readonly inUse: Map<string, number>;
  readonly figures: Figures;
  nowMs(): number;
  after(ms: number, work: () => void): void;
  draw(range: Range, name: string): number;
  rng(name: string): Rng;
  id(kind: string): string;
  emit(detailType: string, resources: readonly string[], detail: Record<string, unknown>, about: string): void;
  /** Looks at the service again a moment later; many calls are one look. */
  wake(service: ServiceModel): void;
}

export interface Core {
  readonly engine: Engine;
  advanceTo(ms: number): void;
  nextAtMs(): number | undefined;
  onEvent(listener: (event: EventBridgeEvent) => void): void;
}

export interface CoreOptions {
  readonly seed: number;
  readonly startMs: number;
  readonly account: string;
  readonly region: string;
  readonly switches: Switches;
  /** The service scheduler; it is called for each service that something happened to. */
  readonly reconcile: (engine: Engine, service: ServiceModel) => void;
}

/** How soon the scheduler reacts to a change. */
const schedulerPauseMs = 1_000;

export function createCore(options: CoreOptions): Core {
  const { seed, switches } = options;
  const agenda = createAgenda();
  const listeners: ((event: EventBridgeEvent) => void)[] = [];
  const awake = new Set<ServiceModel>();
  const counters = new Map<string, number>();
  let nowMs = options.startMs;

  const engine: Engine = {
    seed,
    region: options.region,
    account: options.account,
    switches,
    clusters: new Map(),
    taskDefinitions: new Map(),
    families: new Map(),
    targetGroups: new Map(),
    tasks: new Map(),
    capacities: new Map(),
    inUse: new Map(),
    figures: createFigures(() => nowMs),
    nowMs: () => nowMs,
    after: (ms, work) => agenda.at(nowMs + ms, work),
    draw: ([min, max], name) => rngOf(seed, name).between(min, max),
    rng: (name) => rngOf(seed, name),
    id(kind) {
      const count = (counters.get(kind) ?? 0) + 1;
      counters.set(kind, count);
      return `${kind}${count}`;
    },
    emit(detailType, resources, detail, about) {
      const rng = rngOf(seed, `event/${engine.id(`event/${about}/`)}`);
      const hex = () =>
        Math.floor(rng.next() * 0x1_0000_0000)
          .toString(16)
          .padStart(8, '0');
      const [a, b, c, d] = [hex(), hex(), hex(), hex()];
      const event: EventBridgeEvent = {
        version: '0',
        id: `${a}-${b.slice(0, 4)}-4${b.slice(5)}-8${c.slice(1, 4)}-${c.slice(4)}${d}`,
        'detail-type': detailType,
        source: 'aws.ecs',
        account: options.account,
        // Whole seconds, as ECS writes it.
        time: new Date(Math.floor(nowMs / 1000) * 1000).toISOString().replace('.000Z', 'Z'),
        region: options.region,
        resources,
        detail,
      };
      const lagMs = rng.between(switches.eventLagMs[0], switches.eventLagMs[1]);
      agenda.at(nowMs + lagMs, () => {
        for (const listener of listeners) listener(event);
      });
    },
    wake(service) {
      if (awake.has(service)) return;
      awake.add(service);
      agenda.at(nowMs + schedulerPauseMs, () => {
        awake.delete(service);
        options.reconcile(engine, service);
      });
    },
  };

  return {
    engine,
    nextAtMs: agenda.nextAtMs,
    advanceTo(ms) {
      for (;;) {
        const dueMs = agenda.nextAtMs();
        const work = agenda.takeDue(ms);
        if (work === undefined || dueMs === undefined) break;
        nowMs = Math.max(nowMs, dueMs);
        // The world's own work is synchronous.
        void work();
      }
      nowMs = Math.max(nowMs, ms);
    },
    onEvent: (listener) => {
      listeners.push(listener);
    },
  };
}
