import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { onTaskStateChange } from '../../functions/on-task-state-change/on-task-state-change.ts';
import { createMemoryLedger } from '../../local/memory-ledger.ts';
import { loadRules } from '../../local/rules.ts';
import { runVirtually } from '../../local/scenarios/run-virtual.ts';
import { shortage } from '../../local/scenarios/shortage.ts';
import { loadStackPolicy } from '../../local/stack-policy.ts';
import { createQuietTelemetry } from '../../local/virtual/quiet-telemetry.ts';
import type { Plan } from '../../shared/decisions/plan.ts';
import { planService } from '../../shared/decisions/plan-service.ts';
import type { ServiceFacts } from '../../shared/decisions/service-facts.ts';
import { PoisonError, RetryableError } from '../../shared/errors.ts';
import { serviceSignal } from '../../shared/events/service-action.ts';
import { taskFacts } from '../../shared/events/task-state-change.ts';
import { sqsConsumer } from '../../shared/middleware/sqs-consumer.ts';
import { taskRecord } from '../../shared/task-record.ts';
import { aNotice, aServiceAction, aSpotPlacementFailure, aTaskStateChange } from '../builders/events.ts';
import {
  aBridge,
  aDeployment,
  aPolicyOutcome,
  aService,
  aTaskRecord,
  bridgedControl,
  nowMs,
  reclaimed,
  serviceArn,
  someFacts,
} from '../builders/service-facts.ts';
import { aBatch } from '../builders/sqs.ts';
import { aStage, listOf, pick } from '../builders/world.ts';
import { resourcesOf } from '../infra/packaged.ts';

/** What tools for Spot on ECS get wrong, one test each, by its number in the list of cases. Those before 6 are the rules'. */

const minute = 60_000;
const owner = { serviceArn, tags: {}, ofBridge: false };
const spotFailure = (atMs: number) =>
  ({ spot_placement_failure: { kind: 'spot_placement_failure', atMs, eventId: `s${atMs}` } }) as const;
const onDemandFailure = (atMs: number) =>
  ({ on_demand_placement_failure: { kind: 'on_demand_placement_failure', atMs, eventId: `o${atMs}` } }) as const;

function planned(facts: ServiceFacts, tags: Readonly<Record<string, string>> = {}, atMs = nowMs): Plan {
  return planService(facts, aPolicyOutcome(tags), atMs);
}

describe('recognising', () => {
  it('case 6: a placement failure of on-demand triggers no fallback to on-demand', () => {
    const providers = ['arn:aws:ecs:us-east-1:111122223333:capacity-provider/FARGATE'];
    const signal = serviceSignal(aSpotPlacementFailure({ capacityProviderArns: providers }), nowMs);
    expect(signal?.kind).toBe('on_demand_placement_failure');
    const plan = planned(someFacts({ listedTasks: 6, signals: onDemandFailure(nowMs - 1_000) }));
    expect(plan.figures?.shortfall).toBe(0);
    expect(plan.commands).toEqual([]);
  });

  it('case 7: a task and a service without capacity providers are read without a crash', () => {
    const facts = taskFacts(aNotice({ capacityProviderName: undefined }), nowMs);
    expect(facts).toMatchObject({ isNotice: true, spotStop: 'spot' });
    expect(facts.capacityProviderName).toBeUndefined();
    const launchType = someFacts({ primary: aService({ capacityProviderStrategy: [], launchType: 'FARGATE' }) });
    expect(planned(launchType).reason).toBe('bridge_ineligible:spot_provider_not_in_strategy');
  });

  it('case 8: a task that exits 0 on SIGTERM was reclaimed all the same', async () => {
    const container = { name: 'web', lastStatus: 'STOPPED', exitCode: 0 };
    const facts = taskFacts(aNotice({ lastStatus: 'STOPPED', containers: [container], version: 9 }), nowMs);
    expect(facts.containers[0]?.exitCode).toBe(0);
    expect(facts.spotStop).toBe('spot');
    expect(taskRecord(facts, owner, facts.spotStop === 'spot').spotStopAtMs).toBeDefined();
  });
});

describe('deciding', () => {
  it('case 9: the fallback has the size of the shortfall, not of the service', () => {
    const [command] = planned(someFacts({ listedTasks: 8, tasks: reclaimed(2) })).commands;
    expect(command).toMatchObject({ kind: 'CreateService', request: { desiredCount: 2 } });
  });

  it('case 10: tasks that merely start, in a scale-out or a deployment, are no shortfall', () => {
    const scaleOut = someFacts({ primary: aService({ desiredCount: 20, pendingCount: 10 }), listedTasks: 20 });
    expect(planned(scaleOut)).toMatchObject({ reason: 'steady', commands: [] });
    const deployments = [aDeployment({ rolloutState: 'IN_PROGRESS' }), aDeployment({ id: 'old', status: 'ACTIVE' })];
    const deploying = someFacts({ primary: aService({ deployments, pendingCount: 4 }), listedTasks: 10 });
    expect(planned(deploying)).toMatchObject({ reason: 'steady', commands: [] });
  });

  it('case 11: what was asked for is not asked for again while it starts', () => {
    let facts = someFacts({ listedTasks: 8, tasks: reclaimed(2) });
    const asked: number[] = [];
    for (let look = 0; look < 12; look += 1) {
      const plan = planned(facts, {}, nowMs + look * 11_000);
      asked.push(...plan.commands.map((command) => ('to' in command ? Number(command.to) : 2)));
      const bridge = aBridge({ desiredCount: 2, runningCount: 0, pendingCount: 2 });
      facts = { ...facts, bridge, ledger: { ...facts.ledger, control: plan.next } };
    }
    expect(asked).toEqual([2]);
  });

  it('case 12: what runs is counted, not what is desired', () => {
    const primary = aService({ desiredCount: 10, runningCount: 10 });
    expect(planned(someFacts({ primary, listedTasks: 7, tasks: reclaimed(3) })).figures).toMatchObject({
      staying: 7,
      shortfall: 3,
    });
  });

  it('case 13: a steady state, fresh or stale, sets nothing to 0 in one step', () => {
    for (const atMs of [nowMs - 60 * minute, nowMs]) {
      const signals = { steady_state: { kind: 'steady_state', atMs, eventId: 'e' } } as const;
      const short = { listedTasks: 6, tasks: reclaimed(4), bridge: aBridge(), control: bridgedControl(), signals };
      expect(planned(someFacts(short)).commands).toEqual([]);
      const calm = planned(someFacts({ bridge: aBridge({ desiredCount: 8 }), control: bridgedControl(), signals }));
      expect(calm.commands).toMatchObject([{ kind: 'UpdateService.desiredCount', from: 8, to: 6 }]);
    }
  });

  it('case 14: further placement failures force no further deployment, and there is a way back', () => {
    const tags = { 'ballast:fallback': 'strategy' };
    const original = aService().capacityProviderStrategy;
    let facts = someFacts({ listedTasks: 6, signals: spotFailure(nowMs - 1_000) });
    const forced: unknown[] = [];
    for (let minutes = 0; minutes <= 40; minutes += 1) {
      const atMs = nowMs + minutes * minute;
      const plan = planned(facts, tags, atMs);
      const [command] = plan.commands;
      let { primary } = facts;
      if (command?.kind === 'UpdateService.capacityProviderStrategy' && primary !== undefined) {
        forced.push([minutes, command.to]);
        primary = aService({ capacityProviderStrategy: command.to });
      }
      facts = someFacts({
        ...(primary === undefined ? {} : { primary }),
        listedTasks: 10,
        // ECS tells of a failure every minute as long as Spot is asked for.
        signals: minutes < 20 ? spotFailure(atMs) : spotFailure(nowMs + 20 * minute),
        control: plan.next,
      });
    }
    expect(forced).toEqual([
      [0, [{ capacityProvider: 'FARGATE', weight: 1 }]],
      [30, original],
    ]);
  });

  it('case 15: the strategy that is put back is the one that was there', () => {
    const tags = { 'ballast:fallback': 'strategy' };
    const original = [
      { capacityProvider: 'FARGATE', base: 2, weight: 0 },
      { capacityProvider: 'FARGATE_SPOT', weight: 7 },
    ];
    const shift = planned(
      someFacts({
        primary: aService({ capacityProviderStrategy: original }),
        listedTasks: 6,
        signals: spotFailure(nowMs - 1),
      }),
      tags,
    );
    const [forced] = shift.commands;
    if (forced?.kind !== 'UpdateService.capacityProviderStrategy') throw new Error('nothing was shifted');
    const primary = aService({ capacityProviderStrategy: forced.to });
    const back = planned(someFacts({ primary, control: shift.next }), tags, nowMs + 31 * minute);
    expect(JSON.stringify(back.commands.map((command) => ('to' in command ? command.to : undefined)))).toBe(
      JSON.stringify([original]),
    );
  });

  it('case 16: a task that runs, on demand or before the failure, ends no shortage', () => {
    const tasks = [
      aTaskRecord('of-bridge', { ofBridge: true, capacityProviderName: 'FARGATE', startedAtMs: nowMs }),
      aTaskRecord('earlier', { startedAtMs: nowMs - 5 * minute }),
    ];
    const facts = someFacts({ listedTasks: 6, tasks, signals: spotFailure(nowMs - minute) });
    expect(planned(facts).figures).toMatchObject({ unplaceable: 4, shortfall: 4 });
  });

  it('case 17: of two decisions at the same moment one is made', async () => {
    const ledger = createMemoryLedger({ nowMs: () => nowMs });
    const fences = await Promise.all([ledger.takeFence(serviceArn, 12_000), ledger.takeFence(serviceArn, 12_000)]);
    expect(fences.filter((fence) => fence !== undefined)).toHaveLength(1);
  });

  it('case 18: the same notice told twice is one lost task', async () => {
    const ledger = createMemoryLedger({ nowMs: () => nowMs });
    const record = taskRecord(taskFacts(aNotice(), nowMs), owner, true);
    await ledger.recordTask(record);
    await ledger.recordTask(record);
    const { tasks } = await ledger.readService(serviceArn);
    expect(planned(someFacts({ listedTasks: 8, tasks })).figures).toMatchObject({ lost: 1, shortfall: 1 });
  });

  it('case 19: ListTasks with desiredStatus PENDING returns nothing, and nobody asks so', async () => {
    const stage = aStage();
    stage.service();
    stage.until(5);
    expect(listOf(stage.ecs('ListTasks', { serviceName: 'web', desiredStatus: 'PENDING' }), 'taskArns')).toEqual([]);
    expect(listOf(stage.ecs('ListTasks', { serviceName: 'web' }), 'taskArns')).toHaveLength(2);
    const { calls } = await runShortage();
    const asked = calls.filter(({ action }) => action === 'ListTasks').map(({ input }) => input.desiredStatus);
    expect(new Set(asked)).toEqual(new Set(['RUNNING']));
  });
});

describe('acting', () => {
  it('case 20: what fails is delivered again', async () => {
    const broken = {
      ledger: {
        recordTask: async () => {
          throw new RetryableError('the table does not answer');
        },
      },
      decisions: { ask: async () => {}, askLater: async () => {} },
      enrolments: { owner: async () => owner, taskDefinition: async () => undefined },
    };
    const handle = onTaskStateChange(broken as never);
    const consumer = sqsConsumer('test', () => ({
      parse: (body) => taskFacts(JSON.parse(body), nowMs),
      handle,
      telemetry: createQuietTelemetry(() => {}),
    }));
    const answer = await consumer(aBatch([aTaskStateChange()]), {} as Context);
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'm0' }]);
  });

  it('case 21: the companion registers where the service does', () => {
    const loadBalancers = [
      {
        targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/a/1',
        containerName: 'web',
        containerPort: 80,
      },
      {
        targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/b/2',
        containerName: 'web',
        containerPort: 81,
      },
    ];
    const serviceRegistries = [{ registryArn: 'arn:aws:servicediscovery:us-east-1:111122223333:service/srv-1' }];
    const primary = aService({ loadBalancers, serviceRegistries });
    const [command] = planned(someFacts({ primary, listedTasks: 8, tasks: reclaimed(2) })).commands;
    expect(command).toMatchObject({ request: { loadBalancers, serviceRegistries } });
  });

  it('case 22: an old short service ARN is understood', () => {
    const short = { resources: ['arn:aws:ecs:us-east-1:111122223333:service/web'] };
    expect(serviceSignal(aServiceAction({}, short), nowMs)).toMatchObject({
      serviceName: 'web',
      serviceArn,
      clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
    });
  });

  it('case 23: a fallback that meets the on-demand quota waits, ever longer, and writes nothing', () => {
    let facts = someFacts({
      listedTasks: 6,
      tasks: reclaimed(4),
      bridge: aBridge({ runningCount: 0 }),
      control: bridgedControl(),
      signals: onDemandFailure(nowMs - 1_000),
    });
    const waits: number[] = [];
    let atMs = nowMs;
    for (let look = 0; look < 5; look += 1) {
      const plan = planned(facts, {}, atMs);
      expect(plan).toMatchObject({ reason: 'on_demand_shortage', commands: [] });
      waits.push(((plan.wakeAtMs ?? 0) - atMs) / 1000);
      atMs = plan.wakeAtMs ?? atMs;
      facts = { ...facts, ledger: { ...facts.ledger, control: plan.next, signals: onDemandFailure(atMs - 1_000) } };
    }
    expect(waits).toEqual([60, 120, 240, 480, 900]);
  });

  it('case 24: a message that cannot be read stays for the dead-letter queue', async () => {
    const handled: unknown[] = [];
    const consumer = sqsConsumer<unknown>('test', () => ({
      parse(body) {
        if (!body.startsWith('{')) throw new PoisonError('no JSON');
        return JSON.parse(body);
      },
      handle: async (item) => {
        handled.push(item);
      },
      telemetry: createQuietTelemetry(() => {}),
    }));
    const answer = await consumer(aBatch(['no json', aTaskStateChange()]), {} as Context);
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'm0' }]);
    expect(handled).toHaveLength(1);
  });

  it('case 25: a deploy of the stack knows no fallback whose count it could reset', () => {
    expect(resourcesOf('AWS::ECS::Service')).toEqual([]);
    expect(resourcesOf('AWS::Lambda::Function').length).toBeGreaterThan(0);
    expect(pick(resourcesOf('AWS::DynamoDB::Table')[0]?.[1], 'DeletionPolicy')).toBe('Retain');
  });
});

let played: ReturnType<typeof runVirtually> | undefined;

function runShortage() {
  played ??= runVirtually(shortage, { withBallast: true, rules: loadRules(), stackPolicy: loadStackPolicy() });
  return played;
}
