import { decide } from '../../functions/decide/decide.ts';
import { diagnoseDeployment } from '../../functions/diagnose/diagnose-deployment.ts';
import { onDeploymentStateChange } from '../../functions/on-deployment-state-change/on-deployment-state-change.ts';
import { onServiceAction } from '../../functions/on-service-action/on-service-action.ts';
import { onSpotNotice } from '../../functions/on-spot-notice/on-spot-notice.ts';
import { onTaskStateChange } from '../../functions/on-task-state-change/on-task-state-change.ts';
import { passOn } from '../../functions/reconcile/pass-on.ts';
import { reconcile } from '../../functions/reconcile/reconcile.ts';
import { look } from '../../functions/resume/look.ts';
import { runCheckpointHook } from '../../functions/run-checkpoint-hook/run-checkpoint-hook.ts';
import { showServices } from '../../functions/show-services/show-services.ts';
import { createScaling } from '../../shared/adapters/application-auto-scaling.ts';
import { createServiceRegistries } from '../../shared/adapters/cloud-map.ts';
import { createDeployments } from '../../shared/adapters/deployments.ts';
import { createEc2 } from '../../shared/adapters/ec2.ts';
import { createEcs } from '../../shared/adapters/ecs.ts';
import { createEcsServices } from '../../shared/adapters/ecs-services.ts';
import { createLoadBalancers } from '../../shared/adapters/load-balancers.ts';
import { createRunningTasks } from '../../shared/adapters/running-tasks.ts';
import { createQuotas } from '../../shared/adapters/service-quotas.ts';
import { createDiscovery } from '../../shared/adapters/tagging.ts';
import type { DecisionRecord, Reason } from '../../shared/decisions/plan.ts';
import { createEnrolmentCache } from '../../shared/enrolment-cache.ts';
import { checkpointReport } from '../../shared/events/checkpoint-report.ts';
import { deploymentSignal } from '../../shared/events/deployment-signal.ts';
import { serviceSignal as actionSignal } from '../../shared/events/service-action.ts';
import { taskFacts } from '../../shared/events/task-state-change.ts';
import { createPace } from '../../shared/pace.ts';
import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { BusEvent } from '../../shared/ports/bus.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { DecisionRequest, Decisions } from '../../shared/ports/decisions.ts';
import type { Diagnoses, DiagnosisRequest } from '../../shared/ports/diagnoses.ts';
import type { Gauge } from '../../shared/ports/gauges.ts';
import type { CheckpointRequestDetail, HookAnswer, HookCalls, Hooks } from '../../shared/ports/hooks.ts';
import type { Jobs, LookRequest } from '../../shared/ports/jobs.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import { recordReport } from '../../shared/record-report.ts';
import { createAgenda } from '../agenda.ts';
import { createMemoryLedger } from '../memory-ledger.ts';
import type { RuleSet } from '../rules.ts';
import type { AwsService, EventBridgeEvent, World } from '../world/world.ts';
import { createQuietTelemetry } from './quiet-telemetry.ts';

/** From the event to its sensor (EventBridge, SQS, Lambda), and the delay of the decisions queue. */
const sensorLatencyMs = 400;
const decisionDelayMs = 1_000;
const bucketMs = 500;
/** The diagnosis queue's own delay. */
const diagnosisDelayMs = 15_000;
const scheduleMs = 60_000;
const decisionsPerBatch = 10;
/** As many environments of decide as the template allows, each busy for so long with a batch. */
const decideEnvironments = 5;
const batchMs = 400;
/** A message of the resume queue that failed comes again after so long, so often. */
const lookAgainMs = 180_000;
const looksMax = 5;

export interface AwsRequest {
  readonly atMs: number;
  readonly service: AwsService;
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** AWS's name of the error, where it was one. */
  readonly error?: string;
}

export interface VirtualRegionOptions {
  readonly world: World;
  readonly rules: RuleSet;
  readonly stackPolicy: StackPolicy;
  readonly on?: {
    readonly decision?: (record: DecisionRecord<Reason>, atMs: number) => void;
    readonly awsRequest?: (request: AwsRequest) => void;
    readonly busEvent?: (event: BusEvent, atMs: number) => void;
    /** What is told besides decisions. */
    readonly telemetry?: Partial<Telemetry>;
    /** What `reconcile` puts. Where this throws, CloudWatch has not taken it. */
    readonly gauges?: (gauges: readonly Gauge[], atMs: number) => void;
  };
  /** Functions that checkpoint hooks invoke, by name. */
  readonly lambdas?: Readonly<Record<string, VirtualLambda>>;
  /** From the sensor's latency on: when an event of the default bus is delivered, and how often. Default once, at 0. */
  readonly deliveries?: (event: EventBridgeEvent) => readonly number[];
}

/** A user's function on the virtual clock; `after` is its only way to wait. */
export type VirtualLambda = (
  request: CheckpointRequestDetail,
  after: (ms: number) => Promise<void>,
) => Promise<HookAnswer>;

export interface VirtualRegion {
  /** Runs world and functions up to that moment. Deterministic. */
  runUntil(ms: number): Promise<void>;
  readonly ledger: Ledger;
  readonly gauges: readonly Gauge[];
  /** What the custom widget of the dashboards shows; its calls to ECS are those of whoever looks. */
  showServices(event: unknown, functionArn: string): Promise<string>;
  /** An event into the default bus, at the current moment. */
  deliver(event: EventBridgeEvent): void;
  /** A task's own event on the bus `ballast`: `Checkpoint Completed` or `Checkpoint Failed`. */
  report(detailType: string, detail: object): void;
  /** Messages that no function could handle, with why. */
  readonly deadLetters: readonly { readonly body: unknown; readonly error: unknown }[];
}

/**
 * The functions around a world on a virtual clock, in one process: their logic and their adapters are the real ones,
 * only the wire, the queues and the table are replaced. An hour takes well under a second.
 */
export function createVirtualRegion(options: VirtualRegionOptions): VirtualRegion {
  const { world, rules, stackPolicy, on = {}, lambdas = {}, deliveries = () => [0] } = options;
  const clock: Clock = { nowMs: () => world.nowMs };
  const agenda = createAgenda();
  const ledger = createMemoryLedger(clock);
  const telemetry = {
    ...createQuietTelemetry((record) => on.decision?.(record, world.nowMs)),
    ...on.telemetry,
  };
  const enrolments = createEnrolmentCache(ledger, clock);
  let gauges: readonly Gauge[] = [];

  const ecs = createEcs(clientOf(world, 'ecs', on.awsRequest));
  const discovery = createDiscovery(clientOf(world, 'tagging', on.awsRequest), { tagPrefix: stackPolicy.tagPrefix });
  const bus = {
    publish: async (events: readonly BusEvent[]) => {
      for (const event of events) on.busEvent?.(event, world.nowMs);
    },
  };

  let reports = 0;
  const due: DecisionRequest[] = [];
  const buckets = new Set<string>();
  const decisions: Decisions = {
    async ask(requests) {
      for (const request of requests) {
        const bucket = `${request.serviceArn}/${Math.floor(world.nowMs / bucketMs)}`;
        if (buckets.has(bucket)) continue;
        buckets.add(bucket);
        agenda.at(world.nowMs + decisionDelayMs, () => {
          buckets.delete(bucket);
          due.push({ ...request, askedAtMs: world.nowMs });
          if (due.length === 1) agenda.at(world.nowMs, drainDecisions);
        });
      }
    },
    async askLater(request, delayMs) {
      const delayed = Math.min(900, Math.ceil(delayMs / 1000)) * 1000;
      agenda.at(world.nowMs + delayed, async () => {
        await wake([{ ...request, askedAtMs: world.nowMs }]);
      });
    },
  };
  const wake = passOn(decisions);

  const deadLetters: { body: unknown; error: unknown }[] = [];
  const lookFor = (request: LookRequest, delayMs: number, receives = 1): void => {
    agenda.at(world.nowMs + delayMs + sensorLatencyMs, async () => {
      try {
        await lookAt(request, receives > 1);
      } catch (error) {
        if (receives < looksMax) lookFor(request, lookAgainMs, receives + 1);
        else deadLetters.push({ body: request, error });
      }
    });
  };
  const jobs: Jobs = {
    async look(requests) {
      for (const request of requests) lookFor(request, 0);
    },
    async lookLater(request, delayMs) {
      lookFor(request, Math.min(900, Math.max(0, Math.ceil(delayMs / 1000))) * 1000);
    },
  };
  const diagnoseAfter = (request: DiagnosisRequest, delayMs: number, receives = 1): void => {
    agenda.at(world.nowMs + delayMs + sensorLatencyMs, async () => {
      try {
        await diagnose(request);
      } catch (error) {
        if (receives < looksMax) diagnoseAfter(request, lookAgainMs, receives + 1);
        else deadLetters.push({ body: request, error });
      }
    });
  };
  const diagnoses: Diagnoses = {
    async ask(request) {
      diagnoseAfter(request, diagnosisDelayMs);
    },
    async askLater(request, delayMs) {
      diagnoseAfter(request, Math.ceil(delayMs / 1000) * 1000);
    },
  };
  // Hooks run beside everything else: nobody waits for them, and the clock does not stand still for them.
  let running = 0;
  const after = (ms: number): Promise<void> =>
    new Promise((resolve) => agenda.at(world.nowMs + Math.max(0, ms), resolve));
  const hooks: Hooks = {
    async invoke(name, request, withinMs) {
      const lambda = lambdas[name];
      if (lambda === undefined) return { failure: 'refused', detail: `no function ${name}` };
      const tooLate = after(withinMs).then((): HookAnswer => ({ failure: 'timeout', detail: `after ${withinMs} ms` }));
      return Promise.race([lambda(request, after), tooLate]);
    },
  };
  const hookCalls: HookCalls = {
    async ask(call) {
      agenda.at(world.nowMs + sensorLatencyMs, () => {
        running += 1;
        runHook(call)
          .catch((error: unknown) => deadLetters.push({ body: call, error }))
          .finally(() => {
            running -= 1;
          });
      });
    },
  };

  const deps = {
    ledger,
    ecs,
    decisions,
    bus,
    enrolments,
    telemetry,
    clock,
    stackPolicy,
    discovery,
    loadBalancers: createLoadBalancers(clientOf(world, 'elasticloadbalancing', on.awsRequest)),
    serviceRegistries: createServiceRegistries(clientOf(world, 'servicediscovery', on.awsRequest)),
    quotas: createQuotas(clientOf(world, 'servicequotas', on.awsRequest)),
    scaling: createScaling(clientOf(world, 'application-autoscaling', on.awsRequest)),
    runningTasks: createRunningTasks(clientOf(world, 'ecs', on.awsRequest)),
    ec2: createEc2(clientOf(world, 'ec2', on.awsRequest)),
    deployments: createDeployments(clientOf(world, 'ecs', on.awsRequest)),
    jobs,
    diagnoses,
    hookCalls,
    tagPrefix: stackPolicy.tagPrefix,
  };
  const lookAt = look(deps);
  const diagnose = diagnoseDeployment(deps);
  const record = recordReport(deps);
  const runHook = runCheckpointHook({ hooks, record, telemetry, clock });
  const environments = Array.from({ length: decideEnvironments }, () => {
    const pace = createPace({ sharePercent: stackPolicy.ecsApiShare, concurrency: decideEnvironments }, clock);
    return { decideBatch: decide({ ...deps, pace }), busyUntilMs: 0 };
  });
  const sensors: Readonly<Record<string, (event: EventBridgeEvent) => Promise<void>>> = {
    SpotNoticeRule: (event) => onSpotNotice(deps)(taskFacts(event, world.nowMs)),
    TaskStateChangeRule: (event) => onTaskStateChange(deps)(taskFacts(event, world.nowMs)),
    ServiceActionRule: (event) => given(actionSignal(event, world.nowMs), onServiceAction(deps)),
    DeploymentStateChangeRule: (event) => given(deploymentSignal(event, world.nowMs), onDeploymentStateChange(deps)),
  };

  const drainDecisions = async (): Promise<void> => {
    while (due.length > 0) {
      const free = environments.find(({ busyUntilMs }) => busyUntilMs <= world.nowMs);
      if (free === undefined) {
        agenda.at(Math.min(...environments.map(({ busyUntilMs }) => busyUntilMs)), drainDecisions);
        return;
      }
      const batch = due.splice(0, decisionsPerBatch);
      free.busyUntilMs = world.nowMs + batchMs;
      const failed = await free.decideBatch(batch);
      const again = batch.filter(({ serviceArn }) => failed.has(serviceArn));
      if (again.length > 0) await decisions.ask(again);
    }
  };

  const deliver = (event: EventBridgeEvent): void => {
    for (const rule of rules.matching(event)) {
      const sensor = sensors[rule];
      if (sensor === undefined) continue;
      for (const delayMs of deliveries(event)) agenda.at(world.nowMs + sensorLatencyMs + delayMs, () => sensor(event));
    }
  };
  world.onEvent(deliver);

  const reconcileOnce = reconcile({
    ...deps,
    gauges: {
      put: async (data) => {
        on.gauges?.(data, world.nowMs);
        gauges = data;
      },
    },
  });
  const tick = async (): Promise<void> => {
    agenda.at(world.nowMs + scheduleMs, tick);
    await reconcileOnce();
  };
  agenda.at(world.nowMs, tick);

  return {
    ledger,
    get gauges() {
      return gauges;
    },
    deliver,
    deadLetters,
    showServices: showServices({
      ledger,
      ecs: createEcsServices(clientOf(world, 'ecs', undefined)),
      clock,
      stackPolicy,
      warn: () => {},
    }),
    report(detailType, detail) {
      reports += 1;
      const event = {
        version: '0',
        id: `report-${reports}`,
        'detail-type': detailType,
        source: 'ballast.task',
        time: new Date(Math.floor(world.nowMs / 1000) * 1000).toISOString(),
        resources: [],
        detail,
      };
      agenda.at(world.nowMs + sensorLatencyMs, async () => {
        try {
          await record(checkpointReport(event, world.nowMs));
        } catch (error) {
          telemetry.messageFailed('on-checkpoint-report', event.id, error);
          deadLetters.push({ body: event, error });
        }
      });
    },
    async runUntil(ms) {
      for (;;) {
        const nextMs = Math.min(
          agenda.nextAtMs() ?? Number.POSITIVE_INFINITY,
          world.nextAtMs() ?? Number.POSITIVE_INFINITY,
        );
        if (nextMs > ms) break;
        world.advanceTo(nextMs);
        for (let work = agenda.takeDue(nextMs); work !== undefined; work = agenda.takeDue(nextMs)) {
          await work();
          // What a hook does next happens at this moment, too.
          if (running > 0) await new Promise(setImmediate);
        }
      }
      world.advanceTo(ms);
    },
  };
}

async function given<T>(value: T | undefined, handle: (value: T) => Promise<void>): Promise<void> {
  if (value !== undefined) await handle(value);
}

/** An SDK client whose `send` asks the world instead of the wire. */
function clientOf(world: World, service: AwsService, onRequest: ((request: AwsRequest) => void) | undefined) {
  const send = async (command: { readonly input: object }): Promise<Record<string, unknown>> => {
    const action = command.constructor.name.replace(/Command$/, '');
    const input: Readonly<Record<string, unknown>> = { ...command.input };
    const request = { atMs: world.nowMs, service, action, input };
    try {
      const answer = world.call(service, action, input);
      onRequest?.(request);
      return answer;
    } catch (error) {
      onRequest?.({ ...request, error: error instanceof Error ? error.name : String(error) });
      throw error;
    }
  };
  // An SDK client's `send` has an overload per command; the world answers each in that command's own shape.
  return { send } as never;
}
