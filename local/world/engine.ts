import { createAgenda } from '../agenda.ts';
import type { ContainerRuntime } from './containers.ts';
import type { EventBridgeEvent } from './events.ts';
import type { Failure } from './failure.ts';
import { createFigures, type Figures } from './figures.ts';
import { isoOf } from './iso.ts';
import type {
  ClusterModel,
  RegistryModel,
  ScalableTargetModel,
  ServiceModel,
  TargetGroupModel,
  TaskDefinitionModel,
  TaskModel,
} from './model.ts';
import { hashOf, type Rng, rngFrom, rngOf } from './rng.ts';
import type { Range, Switches } from './switches.ts';

/** Capacity of a provider: tasks that may run at the same time; absent is unlimited. */
export interface Market {
  /** New launches fail beyond it. Tasks that already run are not taken back. */
  setCapacity(capacityProvider: string, tasks: number | undefined): void;
  capacity(capacityProvider: string): number | undefined;
  /** Gives so many Spot tasks of a service their notice, the oldest first. */
  reclaimFrom(serviceArn: string, tasks: number): void;
  /** Gives a Spot task its notice. */
  reclaim(taskArn: string): void;
  /** Lowers Spot capacity to `tasks` and takes back as many as run above it, chosen by the seed. */
  reclaimDownTo(tasks: number): void;
  /** FARGATE_SPOT is one from the start; tasks of others cannot be reclaimed. */
  addSpotProvider(capacityProvider: string): void;
  /** The account's quota of Fargate On-Demand vCPU (L-3032A538): launches beyond it fail. */
  setOnDemandVcpuQuota(vcpu: number): void;
}

/** The state and the clock that the parts of the world share. */
export interface Engine {
  readonly seed: number;
  /** Nobody is told of what happens before. */
  readonly toldFromMs: number;
  readonly region: string;
  readonly account: string;
  readonly switches: Switches;
  readonly clusters: Map<string, ClusterModel>;
  readonly taskDefinitions: Map<string, TaskDefinitionModel>;
  readonly families: Map<string, number>;
  readonly targetGroups: Map<string, TargetGroupModel>;
  readonly tasks: Map<string, TaskModel>;
  readonly capacities: Map<string, number>;
  /** Tasks by provider, or by launch type where there is none. */
  readonly inUse: Map<string, number>;
  readonly spotProviders: Set<string>;
  readonly onDemandVcpu: { quota: number; inUse: number };
  /** By ARN of the task definition: how tasks fail that are launched from it. */
  readonly failures: Map<string, Failure>;
  /** Amazon CloudWatch's, by name; one that is not here is OK. */
  readonly alarms: Map<string, AlarmState>;
  /** By ARN. */
  readonly registries: Map<string, RegistryModel>;
  /** By resource id, `service/CLUSTER/NAME`. */
  readonly scalableTargets: Map<string, ScalableTargetModel>;
  readonly figures: Figures;
  /** Who runs containers; nobody at first. */
  readonly containers: { runtime?: ContainerRuntime };
  nowMs(): number;
  after(ms: number, work: () => void): void;
  draw(range: Range, name: string): number;
  rng(name: string): Rng;
  id(kind: string): string;
  /** @param laterMs on top of the lag that is drawn. */
  emit(
    detailType: string,
    resources: readonly string[],
    detail: Record<string, unknown>,
    about: string,
    laterMs?: number,
  ): void;
  /** Tells the service scheduler of a task that fails, or is healthy in a service where others failed. */
  turned(task: TaskModel, turn: Turn): void;
  /** Looks at the service again a moment later; many calls are one look. */
  wake(service: ServiceModel): void;
}

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export type Turn =
  /** From PENDING to STOPPED. */
  | 'failed_to_start'
  /** Its container exited, and nobody had told it to. */
  | 'exited'
  /** Its health checks fail. */
  | 'unhealthy'
  /** Spot took it back. */
  | 'reclaimed'
  | 'healthy';

export interface Core {
  readonly engine: Engine;
  advanceTo(ms: number): void;
  nextAtMs(): number | undefined;
  onEvent(listener: (event: EventBridgeEvent) => void): void;
}

export interface CoreOptions {
  readonly seed: number;
  readonly startMs: number;
  readonly toldFromMs: number;
  readonly account: string;
  readonly region: string;
  readonly switches: Switches;
  /** The service scheduler; it is called for each service that something happened to. */
  readonly reconcile: (engine: Engine, service: ServiceModel) => void;
  readonly turned: (engine: Engine, task: TaskModel, turn: Turn) => void;
}

/** `00` … `ff` */
const bytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const four = (bits: number): string => `${bytes[(bits >>> 8) & 255]}${bytes[bits & 255]}`;

function uuidOf(rng: Rng): string {
  const draw = () => Math.floor(rng.next() * 0x1_0000_0000) | 0;
  const [a, b, c, d] = [draw(), draw(), draw(), draw()];
  const version = 0x4000 | (b & 0xfff);
  const variant = 0x8000 | ((c >>> 16) & 0xfff);
  return `${four(a >>> 16)}${four(a)}-${four(b >>> 16)}-${four(version)}-${four(variant)}-${four(c)}${four(d >>> 16)}${four(d)}`;
}

/** How soon the scheduler reacts to a change. */
const schedulerPauseMs = 1_000;

export function createCore(options: CoreOptions): Core {
  const { seed, switches } = options;
  const agenda = createAgenda();
  const listeners: ((event: EventBridgeEvent) => void)[] = [];
  const awake = new Set<ServiceModel>();
  const counters = new Map<string, number>();
  /** By what an event is about: its stream's name up to the number, hashed, and how many there have been. */
  const eventStreams = new Map<string, { readonly hash: number; count: number }>();
  const nextEventRng = (about: string): Rng => {
    let stream = eventStreams.get(about);
    if (stream === undefined) {
      stream = { hash: hashOf(`${seed}/event/event/${about}/`), count: 0 };
      eventStreams.set(about, stream);
    }
    stream.count += 1;
    return rngFrom(hashOf(String(stream.count), stream.hash));
  };
  let nowMs = options.startMs;
  let isAdvancing = false;

  const spotProviders = new Set(['FARGATE_SPOT']);

  const engine: Engine = {
    seed,
    toldFromMs: options.toldFromMs,
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
    spotProviders,
    onDemandVcpu: { quota: 1_000, inUse: 0 },
    failures: new Map(),
    alarms: new Map(),
    registries: new Map(),
    scalableTargets: new Map(),
    figures: createFigures(() => nowMs, spotProviders),
    containers: {},
    nowMs: () => nowMs,
    after: (ms, work) => agenda.at(nowMs + ms, work),
    draw: ([min, max], name) => rngOf(seed, name).between(min, max),
    rng: (name) => rngOf(seed, name),
    id(kind) {
      const count = (counters.get(kind) ?? 0) + 1;
      counters.set(kind, count);
      return `${kind}${count}`;
    },
    emit(detailType, resources, detail, about, laterMs = 0) {
      if (nowMs < engine.toldFromMs) return;
      const rng = nextEventRng(about);
      const event: EventBridgeEvent = {
        version: '0',
        id: uuidOf(rng),
        'detail-type': detailType,
        source: 'aws.ecs',
        account: options.account,
        // Whole seconds, as ECS writes it.
        time: `${isoOf(nowMs).slice(0, 19)}Z`,
        region: options.region,
        resources,
        detail,
      };
      const lagMs = rng.between(switches.eventLagMs[0], switches.eventLagMs[1]);
      agenda.at(nowMs + lagMs + laterMs, () => {
        for (const listener of listeners) listener(event);
      });
    },
    turned: (task, turn) => options.turned(engine, task, turn),
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
      // Who is called from the world's own work and calls back finds it at its present: what is due goes in order.
      if (isAdvancing) return;
      isAdvancing = true;
      try {
        for (;;) {
          const dueMs = agenda.nextAtMs();
          const work = agenda.takeDue(ms);
          if (work === undefined || dueMs === undefined) break;
          nowMs = Math.max(nowMs, dueMs);
          // The world's own work is synchronous.
          void work();
        }
        nowMs = Math.max(nowMs, ms);
      } finally {
        isAdvancing = false;
      }
    },
    onEvent: (listener) => {
      listeners.push(listener);
    },
  };
}
