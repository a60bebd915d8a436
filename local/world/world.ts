import { describeScalableTargets, registerScalableTarget } from './api/application-auto-scaling.ts';
import {
  createCluster,
  deleteCluster,
  describeClusters,
  describeTaskDefinition,
  listClusters,
  putClusterCapacityProviders,
  registerTaskDefinition,
} from './api/clusters.ts';
import { addContainerInstance, describeContainerInstances } from './api/container-instances.ts';
import { describeNetworkInterfaces, describeVolumes } from './api/ec2.ts';
import type { Input } from './api/input.ts';
import { deregisterTargets, describeTargetHealth, registerTargets } from './api/load-balancing.ts';
import {
  describeServiceDeployments,
  listServiceDeployments,
  stopServiceDeployment,
} from './api/service-deployments.ts';
import { createRegistry, deregisterInstanceCall, listInstances } from './api/service-discovery.ts';
import { getServiceQuota } from './api/service-quotas.ts';
import {
  createService,
  deleteService,
  describeServiceRevisions,
  describeServices,
  listServices,
  updateService,
} from './api/services.ts';
import { getResources, listTagsForResource, tagResource, untagResource } from './api/tags.ts';
import { taskMetadata } from './api/task-metadata.ts';
import { describeTasks, listTasks, type RunTaskAnswers, runTask, stopTaskCall } from './api/tasks.ts';
import { AwsError } from './aws-error.ts';
import { type CountedService, census } from './census.ts';
import type { ContainerRuntime } from './containers.ts';
import { type AlarmState, createCore, type Engine, type Market } from './engine.ts';
import type { EventBridgeEvent } from './events.ts';
import { failHook, type HookFailure, setAlarm } from './failing-deployments.ts';
import { taskTurned } from './failing-tasks.ts';
import type { Failure } from './failure.ts';
import type { Figures } from './figures.ts';
import { attachScaler, type ScalerSetup, serviceByArn } from './scaler.ts';
import { reconcileService } from './scheduler.ts';
import { defaultSwitches, type Switches } from './switches.ts';
import { reclaimTask } from './tasks.ts';
import { createThrottle } from './throttle.ts';

export type { EventBridgeEvent } from './events.ts';

export interface WorldOptions {
  readonly seed: number;
  /** Epoch milliseconds. */
  readonly startMs: number;
  /** What happens before is told to nobody, so that services can have come up before anybody looks. */
  readonly toldFromMs?: number;
  readonly account?: string;
  readonly region?: string;
  readonly switches?: Partial<Switches>;
}

export type AwsService =
  | 'ecs'
  | 'elasticloadbalancing'
  | 'tagging'
  | 'servicediscovery'
  | 'servicequotas'
  | 'application-autoscaling'
  | 'ec2';

/** A Region's ECS on Fargate: clusters, services, tasks, targets and a Spot market, on a clock that others turn. */
export interface World {
  readonly nowMs: number;
  /** Runs everything that is due up to and including that moment, in order. */
  advanceTo(ms: number): void;
  /** When something happens next; undefined when nothing is under way. */
  nextAtMs(): number | undefined;
  /** One AWS call, in the SDK's shapes. @throws AwsError with AWS's name for it. */
  call(service: AwsService, action: string, input: Input): Record<string, unknown>;
  onEvent(listener: (event: EventBridgeEvent) => void): void;
  readonly market: Market;
  readonly figures: Figures;
  /** `port` is that of targets registered without one, which ECS never does. @returns its ARN. */
  createTargetGroup(
    name: string,
    options?: { readonly targetType?: 'ip' | 'instance'; readonly port?: number },
  ): string;
  /** How tasks of this task definition fail that are launched from now on; undefined ends it. */
  failTaskDefinition(arn: string, failure: Failure | undefined): void;
  /** An alarm of Amazon CloudWatch, for `deploymentConfiguration.alarms`: OK until it is set. */
  setAlarm(name: string, state: AlarmState): void;
  /**
   * A lifecycle hook of the deployment under way fails, and ECS rolls back.
   * @throws Error where none is under way.
   */
  failHook(serviceArn: string, failure: HookFailure): void;
  /** Target tracking for one service, registered with Application Auto Scaling. @returns how to take it off. */
  attachScaler(setup: ScalerSetup): () => void;
  /** An EC2 instance of the cluster: it takes the tasks of providers other than Fargate's. @returns its ARN. */
  addContainerInstance(clusterArn: string): string;
  /** A service of AWS Cloud Map, for `serviceRegistries`. @returns its ARN. */
  createRegistry(name: string): string;
  /** Tasks that reach RUNNING from now on get their containers from it; without one, their ends are drawn. */
  runContainersWith(runtime: ContainerRuntime): void;
  /** RunTask by one of AWS's own, such as Step Functions: its `startedBy` may be what the API refuses. */
  runTaskAs(startedBy: string, input: Input): Record<string, unknown>;
  /** What a task's metadata endpoint, version 4, answers at `/task`; undefined for an unknown task. */
  taskMetadata(taskId: string): Record<string, unknown> | undefined;
  /** Every service with its tasks, as it is. */
  census(): CountedService[];
  /** Work at a moment to come, in order with the world's own: for scripted containers and late deliveries. */
  after(ms: number, work: () => void): void;
}

type Action = (engine: Engine, input: Input) => Record<string, unknown>;

/** Deterministic: the same options and calls give the same events, times and ids. */
export function createWorld(options: WorldOptions): World {
  const { engine, advanceTo, nextAtMs, onEvent } = createCore({
    seed: options.seed,
    startMs: options.startMs,
    toldFromMs: options.toldFromMs ?? options.startMs,
    account: options.account ?? '111122223333',
    region: options.region ?? 'us-east-1',
    switches: { ...defaultSwitches, ...options.switches },
    reconcile: reconcileService,
    turned: taskTurned,
  });
  const throttle = createThrottle(engine.nowMs);
  const answers: RunTaskAnswers = new Map();
  const actions: Readonly<Record<AwsService, Readonly<Record<string, Action>>>> = {
    ecs: {
      CreateCluster: createCluster,
      DeleteCluster: deleteCluster,
      DescribeClusters: describeClusters,
      ListClusters: listClusters,
      PutClusterCapacityProviders: putClusterCapacityProviders,
      RegisterTaskDefinition: registerTaskDefinition,
      DescribeTaskDefinition: describeTaskDefinition,
      CreateService: createService,
      UpdateService: updateService,
      DeleteService: deleteService,
      DescribeServices: describeServices,
      ListServices: listServices,
      RunTask: (state, input) => runTask(state, input, answers),
      StopTask: stopTaskCall,
      DescribeTasks: describeTasks,
      ListTasks: listTasks,
      DescribeContainerInstances: describeContainerInstances,
      TagResource: tagResource,
      UntagResource: untagResource,
      ListTagsForResource: listTagsForResource,
      ListServiceDeployments: listServiceDeployments,
      DescribeServiceDeployments: describeServiceDeployments,
      StopServiceDeployment: stopServiceDeployment,
      DescribeServiceRevisions: describeServiceRevisions,
    },
    elasticloadbalancing: {
      DescribeTargetHealth: describeTargetHealth,
      DeregisterTargets: deregisterTargets,
      RegisterTargets: registerTargets,
    },
    tagging: { GetResources: getResources },
    servicediscovery: { ListInstances: listInstances, DeregisterInstance: deregisterInstanceCall },
    servicequotas: { GetServiceQuota: getServiceQuota },
    'application-autoscaling': {
      RegisterScalableTarget: registerScalableTarget,
      DescribeScalableTargets: describeScalableTargets,
    },
    ec2: { DescribeNetworkInterfaces: describeNetworkInterfaces, DescribeVolumes: describeVolumes },
  };

  return {
    get nowMs() {
      return engine.nowMs();
    },
    advanceTo,
    nextAtMs,
    onEvent,
    figures: engine.figures,
    market: marketOf(engine),
    failTaskDefinition(arn, failure) {
      if (failure === undefined) engine.failures.delete(arn);
      else engine.failures.set(arn, failure);
    },
    setAlarm: (name, state) => setAlarm(engine, name, state),
    failHook: (serviceArn, failure) => failHook(engine, serviceByArn(engine, serviceArn), failure),
    attachScaler: (setup) => attachScaler(engine, setup),
    addContainerInstance: (clusterArn) => addContainerInstance(engine, clusterArn).arn,
    createRegistry: (name) => createRegistry(engine, name).arn,
    runContainersWith(runtime) {
      engine.containers.runtime = runtime;
    },
    runTaskAs: (startedBy, input) => runTask(engine, input, answers, startedBy),
    taskMetadata: (taskId) => taskMetadata(engine, taskId),
    census: () => census(engine),
    after: (ms, work) => engine.after(ms, work),
    createTargetGroup(name, { targetType = 'ip', port = 80 } = {}) {
      const arn = `arn:aws:elasticloadbalancing:${engine.region}:${engine.account}:targetgroup/${name}/0123456789abcdef`;
      engine.targetGroups.set(arn, { arn, targetType, port, targets: new Map() });
      return arn;
    },
    call(service, action, input) {
      const perform = actions[service][action];
      if (perform === undefined)
        throw new AwsError('UnknownOperationException', `${service} ${action} is not part of the embedded region`);
      if (service === 'ecs' && engine.switches.throttling) throttle(action);
      return perform(engine, input);
    },
  };
}

function marketOf(engine: Engine): Market {
  return {
    setCapacity(capacityProvider, tasks) {
      if (tasks === undefined) engine.capacities.delete(capacityProvider);
      else engine.capacities.set(capacityProvider, tasks);
    },
    capacity: (capacityProvider) => engine.capacities.get(capacityProvider),
    reclaimFrom(serviceArn, tasks) {
      const own = [...(serviceByArn(engine, serviceArn)?.tasks ?? [])].filter(
        (task) => engine.spotProviders.has(task.capacityProvider ?? '') && task.desiredStatus === 'RUNNING',
      );
      for (const task of own.slice(0, tasks)) reclaimTask(engine, task);
    },
    reclaim(taskArn) {
      const task = engine.tasks.get(taskArn);
      if (task !== undefined && engine.spotProviders.has(task.capacityProvider ?? '')) reclaimTask(engine, task);
    },
    addSpotProvider(capacityProvider) {
      engine.spotProviders.add(capacityProvider);
    },
    setOnDemandVcpuQuota(vcpu) {
      engine.onDemandVcpu.quota = vcpu;
    },
    reclaimDownTo(tasks) {
      engine.capacities.set('FARGATE_SPOT', tasks);
      const running = [...engine.tasks.values()].filter(
        (task) => task.capacityProvider === 'FARGATE_SPOT' && task.desiredStatus === 'RUNNING',
      );
      // Drawn by place in the service, not by task: the same seed hits each service alike in every run.
      const draw = engine.id('reclaim/');
      const placed = new Map<string, number>();
      const drawn = running
        .map((task) => {
          const place = placed.get(task.group) ?? 0;
          placed.set(task.group, place + 1);
          return { task, lot: engine.rng(`${draw}/${task.group}/${place}`).next() };
        })
        .sort((a, b) => a.lot - b.lot);
      for (const { task } of drawn.slice(0, Math.max(0, running.length - tasks))) reclaimTask(engine, task);
    },
  };
}
