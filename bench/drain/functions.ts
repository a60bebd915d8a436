import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { decide } from '../../functions/decide/decide.ts';
import { onServiceAction } from '../../functions/on-service-action/on-service-action.ts';
import { onSpotNotice } from '../../functions/on-spot-notice/on-spot-notice.ts';
import { onTaskStateChange } from '../../functions/on-task-state-change/on-task-state-change.ts';
import { passOn } from '../../functions/reconcile/pass-on.ts';
import type { AwsService, World } from '../../local/world/world.ts';
import { createServiceRegistries } from '../../shared/adapters/cloud-map.ts';
import { createEcs } from '../../shared/adapters/ecs.ts';
import { createLoadBalancers } from '../../shared/adapters/load-balancers.ts';
import { createEnrolmentCache } from '../../shared/enrolment-cache.ts';
import { parseJson } from '../../shared/events/envelope.ts';
import { serviceSignal } from '../../shared/events/service-action.ts';
import { taskFacts } from '../../shared/events/task-state-change.ts';
import { decisionConsumer } from '../../shared/middleware/decision-consumer.ts';
import { sqsConsumer } from '../../shared/middleware/sqs-consumer.ts';
import { createPace } from '../../shared/pace.ts';
import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { Decisions } from '../../shared/ports/decisions.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import { createEmfTelemetry } from '../../shared/telemetry/emf-telemetry.ts';

/** Environments of decide, as serverless.yml allows them. */
const concurrency = 5;

export interface FunctionsOptions {
  readonly world: World;
  readonly ledger: Ledger;
  readonly decisions: Decisions;
  readonly stackPolicy: StackPolicy;
  /** Wraps every call of AWS: the world's own work is not what is measured. */
  readonly asWorld: <T>(call: () => T) => T;
}

/**
 * The handlers as `functions/<name>/handler.ts` composes them, middy stack, parsing, telemetry and all; only the clients,
 * the table and the queues are replaced.
 */
export function createFunctions({ world, ledger, decisions, stackPolicy, asWorld }: FunctionsOptions) {
  const clock = { nowMs: () => world.nowMs };
  const telemetry = createEmfTelemetry(new Logger(), new Metrics());
  const enrolments = createEnrolmentCache(ledger, clock);
  const nowhere = async () => {};
  const jobs = { look: nowhere, lookLater: nowhere };
  const ecs = createEcs(worldClient(world, 'ecs', asWorld));
  const deps = {
    ledger,
    telemetry,
    decisions,
    ecs,
    jobs,
    enrolments,
    clock,
    stackPolicy,
    bus: { publish: nowhere },
    hookCalls: { ask: nowhere },
    tagPrefix: stackPolicy.tagPrefix,
    loadBalancers: createLoadBalancers(worldClient(world, 'elasticloadbalancing', asWorld)),
    serviceRegistries: createServiceRegistries(worldClient(world, 'servicediscovery', asWorld)),
  };
  const parseTask = (body: string) => taskFacts(parseJson(body), clock.nowMs());
  return {
    sensors: {
      'on-spot-notice': sqsConsumer('on-spot-notice', () => ({
        telemetry,
        parse: parseTask,
        handle: onSpotNotice(deps),
      })),
      'on-task-state-change': sqsConsumer('on-task-state-change', () => ({
        telemetry,
        parse: parseTask,
        handle: onTaskStateChange(deps),
      })),
      'on-service-action': sqsConsumer('on-service-action', () => ({
        telemetry,
        parse: (body) => serviceSignal(parseJson(body), clock.nowMs()),
        handle: onServiceAction({ ...deps, diagnoses: { ask: async () => {} } }),
      })),
    },
    decide: Array.from({ length: concurrency }, () =>
      decisionConsumer('decide', () => ({
        telemetry,
        handle: decide({ ...deps, pace: createPace({ sharePercent: stackPolicy.ecsApiShare, concurrency }, clock) }),
      })),
    ),
    wake: decisionConsumer('reconcile', () => ({ telemetry, handle: passOn(decisions) })),
  };
}

/** An SDK client whose `send` asks the world instead of the wire. */
function worldClient(world: World, service: AwsService, asWorld: FunctionsOptions['asWorld']) {
  const send = async (command: { readonly input: object }): Promise<Record<string, unknown>> =>
    asWorld(() => world.call(service, command.constructor.name.replace(/Command$/, ''), { ...command.input }));
  // `send` has an overload per command; the world answers each in that command's own shape.
  return { send } as never;
}
