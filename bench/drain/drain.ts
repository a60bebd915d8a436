import type { Context, SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { createAgenda } from '../../local/agenda.ts';
import { createMemoryLedger } from '../../local/memory-ledger.ts';
import { acting } from '../../local/scenarios/stage.ts';
import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { DecisionRequest } from '../../shared/ports/decisions.ts';
import { createFunctions } from './functions.ts';
import { lostOf } from './lost.ts';
import { batchesOf, type Fact, sqsRecord } from './messages.ts';
import { type CpuMeter, createCpuMeter } from './meter.ts';
import { createQueues } from './queues.ts';
import type { Stage } from './stage.ts';

/** Three sensors with ten environments each get through so many batches of ten in a virtual second. */
const msPerBatch = 5;
const decisionsPerBatch = 10;
const decideMs = 400;
/** Decisions that the messages led to, the wakes among them, are counted for so long after the first message. */
const windowMs = 120_000;

export interface Drained {
  readonly messages: number;
  readonly sensorsUs: number;
  /** Of decide and of the wakes that come back to it. */
  readonly decideUs: number;
  readonly requestsDecided: number;
  /** Not acknowledged, or acknowledged without its fact in the ledger. */
  readonly lost: number;
}

/** Feeds so many messages through the handlers on a virtual clock, until two virtual minutes are over. */
export async function drain(
  stage: Stage,
  count: number,
  stackPolicy: StackPolicy,
  onBatch: () => void = () => {},
): Promise<Drained> {
  const { world } = stage;
  const agenda = createAgenda();
  const ledger = createMemoryLedger({ nowMs: () => world.nowMs });
  for (const arn of stage.serviceArns) await ledger.enrol({ arn, kind: 'service', tags: acting });
  const sensors = createCpuMeter(process.cpuUsage);
  const decisions = createCpuMeter(process.cpuUsage);
  let requestsDecided = 0;
  let ids = 0;

  const invoke = async (meter: CpuMeter, handler: Invocable, records: SQSRecord[]): Promise<ReadonlySet<string>> => {
    const { batchItemFailures } = await meter.around(() => handler({ Records: records }, context));
    onBatch();
    return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  };
  const recordFor = (request: DecisionRequest): SQSRecord => {
    ids += 1;
    return sqsRecord(`d-${ids}`, JSON.stringify(request));
  };

  const queues = createQueues(agenda, () => world.nowMs, {
    due: () => {
      if (queues.due.length === 1) agenda.at(world.nowMs, readDue);
    },
    wake: async (request) => {
      await invoke(decisions, functions.wake as Invocable, [recordFor(request)]);
    },
  });
  // Calls of the world are decide's: no sensor here has anything to ask ECS.
  const functions = createFunctions({
    world,
    ledger,
    stackPolicy,
    decisions: queues.decisions,
    asWorld: (call) => decisions.without(call),
  });
  const environments = functions.decide.map((handler) => ({ handler: handler as Invocable, busyUntilMs: 0 }));

  const readDue = async (): Promise<void> => {
    while (queues.due.length > 0) {
      const free = environments.find(({ busyUntilMs }) => busyUntilMs <= world.nowMs);
      if (free === undefined) {
        agenda.at(Math.min(...environments.map(({ busyUntilMs }) => busyUntilMs)), readDue);
        return;
      }
      const batch = queues.due.splice(0, decisionsPerBatch);
      free.busyUntilMs = world.nowMs + decideMs;
      requestsDecided += batch.length;
      const failed = await invoke(decisions, free.handler, batch.map(recordFor));
      if (failed.size > 0) throw new Error(`decide gave ${failed.size} requests back`);
    }
  };
  const runUntil = async (ms: number): Promise<void> => {
    for (;;) {
      const nextMs = Math.min(agenda.nextAtMs() ?? Infinity, world.nextAtMs() ?? Infinity);
      if (nextMs > ms) break;
      world.advanceTo(nextMs);
      for (let work = agenda.takeDue(nextMs); work !== undefined; work = agenda.takeDue(nextMs)) await work();
    }
    world.advanceTo(ms);
  };

  const startMs = world.nowMs;
  const facts: Fact[] = [];
  let refused = 0;
  for (const batch of batchesOf(stage, count)) {
    for (const { fact } of batch) {
      if (fact.kind === 'notice') world.market.reclaim(fact.task.taskArn);
      facts.push(fact);
    }
    const [{ sensor } = { sensor: 'on-spot-notice' as const }] = batch;
    const failed = await invoke(
      sensors,
      functions.sensors[sensor] as Invocable,
      batch.map(({ record }) => record),
    );
    refused += failed.size;
    await runUntil(world.nowMs + msPerBatch);
  }
  await runUntil(startMs + windowMs);
  return {
    messages: facts.length,
    sensorsUs: sensors.cpuUs,
    decideUs: decisions.cpuUs,
    requestsDecided,
    lost: refused + (await lostOf(ledger, facts)),
  };
}

/** A middy stack as Lambda calls it. */
type Invocable = (event: { readonly Records: SQSRecord[] }, context: Context) => Promise<SQSBatchResponse>;

/** What the stacks read of it. */
const context = { functionName: 'bench', awsRequestId: 'bench', getRemainingTimeInMillis: () => 10_000 } as Context;
