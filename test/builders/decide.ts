import { type DecideDeps, decide } from '../../functions/decide/decide.ts';
import { createMemoryLedger } from '../../local/memory-ledger.ts';
import { createQuietTelemetry } from '../../local/virtual/quiet-telemetry.ts';
import type { ControlState } from '../../shared/decisions/control-state.ts';
import type { DecisionRecord } from '../../shared/decisions/plan.ts';
import { serviceArnOf } from '../../shared/events/arn.ts';
import type { SignalKind } from '../../shared/events/facts.ts';
import { createPace, type Pace } from '../../shared/pace.ts';
import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { Cause, DecisionRequest } from '../../shared/ports/decisions.ts';
import type { ContainerInstance, Ecs, Service, Task } from '../../shared/ports/ecs.ts';
import type { Ledger, TaskRecord } from '../../shared/ports/ledger.ts';
import type { TargetHealth } from '../../shared/ports/load-balancers.ts';
import { aBridge, aService, nowMs, serviceArn, stackPolicy } from './service-facts.ts';

/** A call of a port, in the order in which they were made. */
export interface Call {
  /** `ecs.createService`, `ledger.saveControl` … */
  readonly name: string;
  readonly args: readonly unknown[];
}

/** Throws or returns an error where the test wants a call to fail. */
type Fault = (call: Call) => Error | undefined;

interface Setup {
  readonly services?: readonly Service[];
  /** Tasks that ListTasks shows, by service name; as many as desired where a service is not named. */
  readonly listed?: Readonly<Record<string, number>>;
  readonly stackPolicy?: Partial<StackPolicy>;
  readonly pace?: Pace;
  readonly targetHealth?: Readonly<Record<string, readonly TargetHealth[]>>;
  readonly instanceIds?: Readonly<Record<string, readonly string[]>>;
  readonly containerInstances?: readonly ContainerInstance[];
  readonly tasks?: readonly Task[];
  readonly fault?: Fault;
}

/** `decide` with ports in memory: a few services that obey, a ledger, and a list of everything that was called. */
export function aDecider(setup: Setup = {}) {
  let atMs = nowMs;
  const clock = { nowMs: () => atMs };
  const calls: Call[] = [];
  const faults: Fault[] = setup.fault === undefined ? [] : [setup.fault];
  const watched = <T extends object>(name: string, port: T): T =>
    new Proxy(port, {
      get(target, key) {
        const member = Reflect.get(target, key);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          const call = { name: `${name}.${String(key)}`, args };
          calls.push(call);
          const error = faults.map((fault) => fault(call)).find((found) => found !== undefined);
          return error === undefined ? Reflect.apply(member, target, args) : Promise.reject(error);
        };
      },
    });

  const services = new Map((setup.services ?? [aManagedService()]).map((service) => [service.serviceArn, service]));
  const listed = new Map(Object.entries(setup.listed ?? {}));
  const memory = createMemoryLedger(clock);
  const ledger = watched('ledger', memory);
  const deps: DecideDeps = {
    ledger,
    ecs: watched('ecs', servicesThatObey(services, listed, setup)),
    loadBalancers: watched('loadBalancers', {
      targetHealth: async (arn: string) => [...(setup.targetHealth?.[arn] ?? [])],
      deregisterTargets: async () => {},
    }),
    serviceRegistries: watched('serviceRegistries', {
      instanceIds: async (arn: string) => [...(setup.instanceIds?.[arn] ?? [])],
      deregisterInstance: async () => {},
    }),
    decisions: watched('decisions', { askLater: async () => {} }),
    bus: watched('bus', { publish: async () => {} }),
    telemetry: watched(
      'telemetry',
      createQuietTelemetry(() => {}),
    ),
    pace: setup.pace ?? createPace({ sharePercent: 100, concurrency: 1 }, clock),
    clock,
    stackPolicy: { ...stackPolicy, ...setup.stackPolicy },
  };
  const run = decide(deps);

  return {
    deps,
    calls,
    services,
    listed,
    /** Asks for a decision about each of the services. */
    decide: (...requests: readonly (Partial<DecisionRequest> | Cause)[]) =>
      run((requests.length === 0 ? ['notice' as const] : requests).map(aRequest)),
    pass: (ms: number) => {
      atMs += ms;
    },
    nowMs: () => atMs,
    /** Calls whose name begins so. */
    called: (prefix: string) => calls.filter(({ name }) => name.startsWith(prefix)),
    names: (...prefixes: string[]) =>
      calls.map(({ name }) => name).filter((name) => prefixes.some((prefix) => name.startsWith(prefix))),
    /** The cause and delay of every wake that was asked for. */
    wakes: (): [Cause, number][] =>
      calls.flatMap(({ name, args }) =>
        name === 'decisions.askLater' ? [[(args[0] as DecisionRequest).cause, Number(args[1])] as [Cause, number]] : [],
      ),
    forget: () => {
      calls.length = 0;
    },
    fail: (fault: Fault) => {
      faults.length = 0;
      faults.push(fault);
    },
    heal: () => {
      faults.length = 0;
    },
    stored: async (arn = serviceArn): Promise<ControlState | undefined> => (await memory.readService(arn)).control,
    record: async (arn = serviceArn): Promise<DecisionRecord> => {
      const [newest] = await memory.decisions(arn, 1);
      if (newest === undefined) throw new Error('no decision is recorded');
      return newest;
    },
    memory,
    remember: (control: ControlState, arn = serviceArn) => remember(memory, arn, control),
    tell: async (tasks: readonly TaskRecord[]) => {
      for (const task of tasks) await memory.recordTask(task);
    },
    signalled: (kind: SignalKind, signalAtMs: number, arn = serviceArn) =>
      memory.recordSignal({
        kind,
        atMs: signalAtMs,
        eventId: `${kind}-${signalAtMs}`,
        serviceArn: arn,
        serviceName: 'web',
        clusterArn: aService().clusterArn,
        eventName: kind,
        capacityProviders: [],
      }),
  };
}

/** A service of ten tasks that has opted in, in mode act. */
export function aManagedService(changed: Partial<Service> = {}, tags: Readonly<Record<string, string>> = {}): Service {
  return aService({ tags: { 'ballast:managed': 'true', 'ballast:mode': 'act', ...tags }, ...changed });
}

function aRequest(request: Partial<DecisionRequest> | Cause): DecisionRequest {
  const changed = typeof request === 'string' ? { cause: request } : request;
  return { serviceArn, clusterArn: aService().clusterArn, cause: 'notice', askedAtMs: nowMs, ...changed };
}

async function remember(ledger: Ledger, arn: string, control: ControlState): Promise<void> {
  const fence = await ledger.takeFence(arn, 1_000);
  if (fence === undefined) throw new Error('somebody decides');
  await ledger.saveControl(fence, control);
  await ledger.releaseFence(fence);
}

/** ECS at once: what is written shows in the next answer. */
function servicesThatObey(services: Map<string, Service>, listed: ReadonlyMap<string, number>, setup: Setup): Ecs {
  const find = ({ clusterArn, service }: { clusterArn: string; service: string }) =>
    services.get(service.startsWith('arn:') ? service : serviceArnOf(clusterArn, service));
  const change = (ref: Parameters<typeof find>[0], changed: Partial<Service>) => {
    const service = find(ref);
    if (service === undefined) throw new Error(`no such service: ${ref.service}`);
    services.set(service.serviceArn, { ...service, ...changed });
  };
  return {
    describeServices: async (refs) => refs.flatMap((ref) => find(ref) ?? []),
    listServiceTasks: async (ref) => {
      const service = find(ref);
      const count = listed.get(service?.serviceName ?? '') ?? service?.desiredCount ?? 0;
      return Array.from({ length: count }, (_, index) => `${ref.clusterArn.replace(':cluster/', ':task/')}/t${index}`);
    },
    describeTasks: async () => [...(setup.tasks ?? [])],
    async createService({ clientToken: _token, ...request }) {
      const arn = serviceArnOf(request.clusterArn, request.serviceName);
      services.set(arn, aBridge({ ...request, serviceArn: arn, runningCount: request.desiredCount }));
      return { serviceArn: arn };
    },
    setDesiredCount: async (ref, desiredCount) => change(ref, { desiredCount, runningCount: desiredCount }),
    forceCapacityProviderStrategy: async (ref, strategy) => change(ref, { capacityProviderStrategy: strategy }),
    updateRevision: async (ref, launch, desiredCount) =>
      change(ref, { taskDefinition: launch.taskDefinition, desiredCount, runningCount: desiredCount }),
    describeContainerInstances: async () => [...(setup.containerInstances ?? [])],
    deleteService: async (ref) => change(ref, { status: 'DRAINING' }),
    rollBackServiceDeployment: async () => {},
    // No decision about a service starts or looks at single tasks.
    describeLaunchedTask: async () => undefined,
    runTask: async () => {
      throw new Error('a decision runs no task');
    },
  };
}
