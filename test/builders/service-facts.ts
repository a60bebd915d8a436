import { type BridgeState, type ControlState, initialControlState } from '../../shared/decisions/control-state.ts';
import type { ServiceFacts } from '../../shared/decisions/service-facts.ts';
import type { SignalKind } from '../../shared/events/facts.ts';
import { type PolicyOutcome, parseStackPolicy, type ServicePolicy, servicePolicy } from '../../shared/policy/policy.ts';
import type { Service, ServiceDeployment } from '../../shared/ports/ecs.ts';
import type { StoredService, TaskRecord } from '../../shared/ports/ledger.ts';

const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/shop';
export const serviceArn = 'arn:aws:ecs:us-east-1:111122223333:service/shop/web';
/** The moment that decisions in tests are made at, unless they say otherwise. */
export const nowMs = Date.parse('2026-03-01T12:00:00Z');
const taskDefinition = 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:7';

export function aDeployment(changed: Partial<ServiceDeployment> = {}): ServiceDeployment {
  return {
    id: 'ecs-svc/1000',
    status: 'PRIMARY',
    rolloutState: 'COMPLETED',
    taskDefinition,
    desiredCount: 10,
    runningCount: 10,
    pendingCount: 0,
    failedTasks: 0,
    createdAtMs: nowMs - 86_400_000,
    ...changed,
  };
}

export function aService(changed: Partial<Service> = {}): Service {
  return {
    serviceArn,
    serviceName: 'web',
    clusterArn,
    status: 'ACTIVE',
    desiredCount: 10,
    runningCount: 10,
    pendingCount: 0,
    taskDefinition,
    loadBalancers: [],
    serviceRegistries: [],
    capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    deploymentController: 'ECS',
    deploymentStrategy: 'ROLLING',
    schedulingStrategy: 'REPLICA',
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    deployments: [aDeployment()],
    tags: {},
    ...changed,
  };
}

export function aBridge(changed: Partial<Service> = {}): Service {
  return aService({
    serviceArn: 'arn:aws:ecs:us-east-1:111122223333:service/shop/ballast-web-g1',
    serviceName: 'ballast-web-g1',
    capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }],
    desiredCount: 4,
    runningCount: 4,
    ...changed,
  });
}

/** The control state of a service that a bridge was made for once, to know that it can be. */
export const provenControl: ControlState = { ...initialControlState, provenAtMs: nowMs - 86_400_000 };

/** The control state that goes with `aBridge`: made and grown ten minutes ago. */
export function bridgedControl(changed: Partial<ControlState> = {}): ControlState {
  return {
    ...provenControl,
    bridgeGeneration: 1,
    bridge: aBridgeState(),
    ...changed,
  };
}

/** The bridge of `bridgedControl`, changed. */
export function aBridgeState(changed: Partial<BridgeState> = {}): BridgeState {
  return {
    serviceName: 'ballast-web-g1',
    createdAtMs: nowMs - 600_000,
    lastWriteAtMs: nowMs - 600_000,
    direction: 'growing',
    ...changed,
  };
}

export function aTaskRecord(id: string, changed: Partial<TaskRecord> = {}): TaskRecord {
  return {
    serviceArn,
    taskArn: `arn:aws:ecs:us-east-1:111122223333:task/shop/${id}`,
    version: 4,
    desiredStatus: 'RUNNING',
    lastStatus: 'RUNNING',
    capacityProviderName: 'FARGATE_SPOT',
    startedAtMs: nowMs - 3_600_000,
    ...changed,
  };
}

/** So many tasks reclaimed at that moment. */
export function reclaimed(count: number, atMs = nowMs - 5_000): TaskRecord[] {
  return Array.from({ length: count }, (_, index) =>
    aTaskRecord(`reclaimed-${index}`, { desiredStatus: 'STOPPED', spotStopAtMs: atMs }),
  );
}

/** The newest signal of that kind, as the ledger keeps it. */
export function signal(kind: SignalKind, atMs: number): StoredService['signals'] {
  return { [kind]: { kind, atMs, eventId: `${kind}-1` } };
}

interface FactsSetup extends Partial<Omit<ServiceFacts, 'ledger'>> {
  readonly tasks?: readonly TaskRecord[];
  readonly signals?: StoredService['signals'];
  readonly control?: ControlState;
  readonly autoScaled?: boolean;
}

/** A whole service of ten Spot tasks, unless the test says otherwise. */
export function someFacts({
  tasks = [],
  signals = {},
  control = provenControl,
  autoScaled,
  ...changed
}: FactsSetup = {}): ServiceFacts {
  return {
    serviceArn,
    clusterArn,
    primary: aService(),
    listedTasks: 10,
    paused: false,
    returnAsked: false,
    ...changed,
    ledger: { tasks, signals, control, ...(autoScaled === undefined ? {} : { autoScaled }) },
  };
}

export const stackPolicy = parseStackPolicy({
  tagPrefix: 'ballast:',
  defaults: {
    managed: false,
    mode: 'observe',
    fallback: 'bridge',
    'max-bridge': '100pct',
    'on-demand-floor': 0,
    'return-after': '5m',
    'return-step': '25pct',
    cooldown: '30m',
    'stay-shifted': '30m',
    'idle-bridge': '15m',
    'launch-grace': '5m',
    priority: 5,
    hedge: 0,
    'max-resumes': '3',
    deregister: 'when-covered',
    'allow-overlap': false,
    'deploy-when-short': 'wait',
    'deployment-stalled-after': '15m',
    'rollback-failed': false,
    'spot-provider': 'FARGATE_SPOT',
    'on-demand-provider': 'FARGATE',
  },
  reserveOnDemandVcpu: '20pct',
  ecsApiShare: '50pct',
  rates: {
    asOf: '2026-09-28',
    region: 'us-east-1',
    x86: {
      vcpuHour: { onDemand: 0.04048, spot: 0.01288871 },
      gbHour: { onDemand: 0.004445, spot: 0.00141527 },
    },
    arm: {
      vcpuHour: { onDemand: 0.03238, spot: 0.01030969 },
      gbHour: { onDemand: 0.00356, spot: 0.00113349 },
    },
    ephemeralGbHour: 0.000111,
  },
});

/** An enrolled service in mode act. */
export function aPolicyOutcome(tags: Readonly<Record<string, string>> = {}): PolicyOutcome {
  return servicePolicy(stackPolicy, { 'ballast:managed': 'true', 'ballast:mode': 'act', ...tags });
}

/** The same, for what takes the policy itself. */
export function aPolicy(tags: Readonly<Record<string, string>> = {}): ServicePolicy {
  const outcome = aPolicyOutcome(tags);
  if (!outcome.ok) throw new Error(`${outcome.tag}: ${outcome.problem}`);
  return outcome.policy;
}
