import { describe, expect, it } from 'vitest';
import { initialControlState } from '../../../shared/decisions/control-state.ts';
import type { Plan } from '../../../shared/decisions/plan.ts';
import { planService } from '../../../shared/decisions/plan-service.ts';
import type { ServiceFacts } from '../../../shared/decisions/service-facts.ts';
import type { CreateService, Service } from '../../../shared/ports/ecs.ts';
import {
  aBridge,
  aBridgeState,
  aDeployment,
  aPolicyOutcome,
  aService,
  aTaskRecord,
  bridgedControl,
  nowMs,
  provenControl,
  reclaimed,
  serviceArn,
  signal,
  someFacts,
} from '../../builders/service-facts.ts';

const minute = 60_000;
const plan = (facts: ServiceFacts, tags: Readonly<Record<string, string>> = {}, atMs = nowMs): Plan =>
  planService(facts, aPolicyOutcome(tags), atMs);
const kinds = ({ commands }: Plan) => commands.map(({ kind }) => kind);

/** What the plan sets the bridge to. */
function asked({ commands }: Plan): number | undefined {
  const [command] = commands;
  if (command?.kind === 'CreateService') return command.request.desiredCount;
  return command !== undefined && 'to' in command && typeof command.to === 'number' ? command.to : undefined;
}

function created({ commands }: Plan): CreateService {
  const [command] = commands;
  if (command?.kind !== 'CreateService') throw new Error('no bridge is made');
  return command.request;
}

/** Three of ten tasks have been reclaimed. */
const threeLost = (changed: Parameters<typeof someFacts>[0] = {}) =>
  someFacts({ listedTasks: 7, tasks: reclaimed(3), ...changed });

/** The service is whole, and a bridge of so many tasks still stands from ten minutes ago. */
const calm = (bridge: Partial<Service> = {}, changed: Parameters<typeof someFacts>[0] = {}) =>
  someFacts({ bridge: aBridge(bridge), control: bridgedControl(), ...changed });

describe('a bridge', () => {
  const completed = aDeployment({
    taskDefinition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:7',
    platformVersion: '1.4.0',
    awsvpcConfiguration: { subnets: ['subnet-a'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' },
    serviceConnect: { configuration: { enabled: true, namespace: 'shop' }, serverPorts: 0 },
    volumeConfigurations: [{ name: 'data', managedEBSVolume: { sizeInGiB: 20 } }],
  });
  const rich: Partial<Service> = {
    deployments: [completed],
    loadBalancers: [{ targetGroupArn: 'arn:tg/web', containerName: 'web', containerPort: 80 }],
    serviceRegistries: [{ registryArn: 'arn:registry/srv-1' }],
    healthCheckGracePeriodSeconds: 45,
    enableExecuteCommand: true,
    tags: { 'ballast:managed': 'true', 'ballast:mode': 'act', 'aws:cloudformation:stack-name': 'shop', team: 'a' },
  };

  it('is made at first need with everything that makes its tasks full members of the service', () => {
    expect(created(plan(threeLost({ primary: aService(rich) })))).toMatchObject({
      taskDefinition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:7',
      platformVersion: '1.4.0',
      awsvpcConfiguration: { subnets: ['subnet-a'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' },
      serviceConnect: { configuration: { enabled: true, namespace: 'shop' }, serverPorts: 0 },
      volumeConfigurations: [{ name: 'data', managedEBSVolume: { sizeInGiB: 20 } }],
      loadBalancers: [{ targetGroupArn: 'arn:tg/web', containerName: 'web', containerPort: 80 }],
      serviceRegistries: [{ registryArn: 'arn:registry/srv-1' }],
      healthCheckGracePeriodSeconds: 45,
      enableExecuteCommand: true,
      desiredCount: 3,
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }],
    });
  });

  it('runs what the completed deployment runs, not the release that is under way', () => {
    const releasing = aDeployment({
      id: 'ecs-svc/1001',
      rolloutState: 'IN_PROGRESS',
      taskDefinition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:8',
      awsvpcConfiguration: { subnets: ['subnet-new'] },
      runningCount: 0,
      pendingCount: 3,
    });
    const primary = aService({
      ...rich,
      taskDefinition: releasing.taskDefinition,
      awsvpcConfiguration: { subnets: ['subnet-new'] },
      deployments: [releasing, { ...completed, status: 'ACTIVE', rolloutState: 'COMPLETED' }],
    });
    expect(created(plan(threeLost({ primary })))).toMatchObject({
      taskDefinition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/web:7',
      awsvpcConfiguration: { subnets: ['subnet-a'] },
    });
  });

  it('carries only the tag that says whose it is', () => {
    expect(created(plan(threeLost({ primary: aService(rich) }))).tags).toEqual({ 'ballast:bridge-of': serviceArn });
  });

  it('has its own name in every generation', () => {
    expect(created(plan(threeLost())).serviceName).toBe('ballast-web-g1');
    const second = threeLost({ control: { ...provenControl, bridgeGeneration: 1 } });
    expect(created(plan(second)).serviceName).toBe('ballast-web-g2');
    expect(plan(second).next.bridgeGeneration).toBe(2);
  });

  it('takes a new name while the old bridge is draining', () => {
    const facts = threeLost({
      bridge: aBridge({ status: 'DRAINING', desiredCount: 0, runningCount: 0 }),
      control: bridgedControl(),
    });
    expect(created(plan(facts)).serviceName).toBe('ballast-web-g2');
  });

  it('is asked for again under the same name when the first request was never made', () => {
    const facts = threeLost({ control: bridgedControl() });
    expect(created(plan(facts)).serviceName).toBe('ballast-web-g1');
    const fresh = threeLost({ control: bridgedControl({ bridge: aBridgeState({ lastWriteAtMs: nowMs - 14_999 }) }) });
    expect(plan(fresh)).toMatchObject({ reason: 'bridge_write_too_soon', commands: [], wakeAtMs: nowMs + 1 });
  });

  it('of another service has another token, although both are made in the same second', () => {
    const other = aService({ serviceName: 'api', serviceArn: serviceArn.replace('/web', '/api') });
    const api = threeLost({ primary: other, serviceArn: other.serviceArn });
    const token = created(plan(api)).clientToken;
    expect(token).not.toBe(created(plan(threeLost())).clientToken);
    expect(token).toMatch(/^[!-~]{1,36}$/);
  });
});

describe('how large a bridge is', () => {
  it('is exactly what was reclaimed', () => {
    expect(plan(threeLost())).toMatchObject({ reason: 'bridge_grown', figures: { bridgeDesired: 3 } });
    expect(asked(plan(threeLost()))).toBe(3);
  });

  it('is not what merely starts', () => {
    const facts = someFacts({ primary: aService({ desiredCount: 16, pendingCount: 6 }), listedTasks: 16 });
    expect(plan(facts)).toMatchObject({ reason: 'steady', commands: [] });
  });

  it('is all that is missing when Spot cannot place', () => {
    const facts = someFacts({ listedTasks: 4, signals: signal('spot_placement_failure', nowMs - 40_000) });
    expect(asked(plan(facts))).toBe(6);
  });

  it('is capped by a count', () => {
    expect(plan(threeLost(), { 'ballast:max-bridge': '2' })).toMatchObject({ reason: 'bridge_at_cap' });
    expect(asked(plan(threeLost(), { 'ballast:max-bridge': '2' }))).toBe(2);
  });

  it('is capped by a share of what is wanted, rounded up', () => {
    expect(asked(plan(threeLost(), { 'ballast:max-bridge': '15pct' }))).toBe(2);
    const latched = threeLost({
      primary: aService({ desiredCount: 6 }),
      listedTasks: 3,
      tasks: reclaimed(9),
      control: { ...provenControl, wantedLatched: 12 },
    });
    expect(asked(plan(latched, { 'ballast:max-bridge': '50pct' }))).toBe(6);
  });

  it('may be nothing at all', () => {
    expect(plan(threeLost(), { 'ballast:max-bridge': '0' }).commands).toEqual([]);
  });

  it('stays at its cap, and that is told', () => {
    const facts = threeLost({
      tasks: reclaimed(3, nowMs - minute),
      bridge: aBridge({ desiredCount: 2 }),
      control: bridgedControl(),
    });
    const held = plan(facts, { 'ballast:max-bridge': '2' });
    expect(held).toMatchObject({ reason: 'bridge_at_cap', commands: [] });
    expect(held.explanation).toContain('2 on-demand tasks for a shortfall of 3');
  });

  it('is at least the on-demand floor', () => {
    expect(asked(plan(someFacts(), { 'ballast:on-demand-floor': '2' }))).toBe(2);
    expect(asked(plan(threeLost(), { 'ballast:on-demand-floor': '2' }))).toBe(3);
    expect(asked(plan(threeLost(), { 'ballast:on-demand-floor': '5' }))).toBe(5);
  });

  it("counts the service's own on-demand tasks towards the floor", () => {
    const floor = { 'ballast:on-demand-floor': '2' };
    expect(asked(plan(someFacts({ onDemandRunning: 1 }), floor))).toBe(1);
    expect(plan(someFacts({ onDemandRunning: 2 }), floor)).toMatchObject({ reason: 'steady', commands: [] });
  });

  it('has no floor when nobody wants the service to run', () => {
    const facts = someFacts({ primary: aService({ desiredCount: 0, deployments: [] }), listedTasks: 0 });
    expect(plan(facts, { 'ballast:on-demand-floor': '2' }).commands).toEqual([]);
  });

  it('does not fall below the floor at the return', () => {
    expect(asked(plan(calm({ desiredCount: 3 }), { 'ballast:on-demand-floor': '2' }))).toBe(2);
    expect(plan(calm({ desiredCount: 2 }), { 'ballast:on-demand-floor': '2' }).commands).toEqual([]);
  });

  it('tells how long ago Spot was last tried', () => {
    const facts = someFacts({ listedTasks: 4, signals: signal('spot_placement_failure', nowMs - 1_260_000) });
    expect(plan(facts).explanation).toBe(
      '6 of 10 wanted tasks are missing because of Spot (0 reclaimed, 6 not placeable, last try 1260 s ago): bridge 0 → 6',
    );
  });

  it('waits three seconds for the rest of a reclaim that is being told', () => {
    const facts = someFacts({ listedTasks: 4, tasks: reclaimed(2, nowMs - 2_000) });
    expect(plan(facts)).toMatchObject({ reason: 'gathering_notices', commands: [], wakeAtMs: nowMs + 1_000 });
    expect(plan(facts).next.quietUntilMs).toBe(nowMs + 1_000);
    expect(asked(plan(facts, {}, nowMs + 1_000))).toBe(2);
    expect(asked(plan(someFacts({ listedTasks: 8, tasks: reclaimed(2, nowMs - 2_000) })))).toBe(2);
  });
});

describe('a reclaim that the reads do not show as missing', () => {
  const told = (agoMs: number, changed: Parameters<typeof someFacts>[0] = {}) =>
    someFacts({ tasks: reclaimed(3, nowMs - agoMs), ...changed });

  it('is looked at again every five seconds for as long as they may lag', () => {
    expect(plan(told(20_000))).toMatchObject({ reason: 'steady', commands: [], wakeAtMs: nowMs + 5_000 });
    expect(plan(told(44_999)).wakeAtMs).toBe(nowMs + 5_000);
    expect(plan(told(45_000)).wakeAtMs).toBeUndefined();
    const stands = { bridge: aBridge({ desiredCount: 2 }), control: bridgedControl() };
    expect(plan(told(20_000, { listedTasks: 8, ...stands })).wakeAtMs).toBe(nowMs + 5_000);
  });

  it('is looked at again when the bridge may be written, where it was written for a part of it', () => {
    expect(plan(told(20_000, { listedTasks: 9 }))).toMatchObject({ reason: 'bridge_grown', wakeAtMs: nowMs + 10_000 });
  });
});

describe('where a scaler folds a short service', () => {
  const folded = (autoScaled: boolean | undefined) => {
    const bridge = aBridge({ desiredCount: 4 });
    return someFacts({
      primary: aService({ desiredCount: 6 }),
      listedTasks: 6,
      tasks: reclaimed(4, nowMs - 3 * minute),
      bridge,
      control: bridgedControl({ wantedLatched: 10, recentShortfalls: [{ atMs: nowMs - 1_000, count: 4 }] }),
      ...(autoScaled === undefined ? {} : { autoScaled }),
    });
  };

  it('the bridge stays at what was wanted before', () => {
    for (const autoScaled of [true, undefined]) {
      expect(plan(folded(autoScaled))).toMatchObject({ reason: 'bridge_held', commands: [] });
      expect(plan(folded(autoScaled)).next.wantedLatched).toBe(10);
    }
  });

  it('a person who lowers desiredCount is respected at once', () => {
    const returned = plan(folded(false));
    expect(returned).toMatchObject({ reason: 'bridge_returned', next: { wantedLatched: 6 } });
    expect(asked(returned)).toBe(3);
  });

  it('a person who lowers it a little takes only so much from the bridge', () => {
    const facts = folded(false);
    const oneLess = { ...facts, primary: aService({ desiredCount: 9 }) };
    expect(asked(plan(oneLess))).toBe(3);
    const next = {
      ...oneLess,
      bridge: aBridge({ desiredCount: 3 }),
      ledger: { ...facts.ledger, control: plan(oneLess).next },
    };
    expect(plan(next, {}, nowMs + minute)).toMatchObject({ reason: 'bridge_held', commands: [] });
  });

  it('a person who lowers it is respected although the bridge has just turned', () => {
    const facts = folded(false);
    const turned = bridgedControl({
      wantedLatched: 10,
      recentShortfalls: [{ atMs: nowMs - 1_000, count: 4 }],
      bridge: aBridgeState({ lastWriteAtMs: nowMs - 11_000, turnedAtMs: nowMs - minute }),
    });
    expect(asked(plan({ ...facts, ledger: { ...facts.ledger, control: turned } }))).toBe(3);
  });

  it('a person who lowers it just after a write is respected as soon as the next write may be made', () => {
    const facts = folded(false);
    const turned = bridgedControl({
      wantedLatched: 10,
      recentShortfalls: [{ atMs: nowMs - 1_000, count: 4 }],
      bridge: aBridgeState({ lastWriteAtMs: nowMs - 4_000, turnedAtMs: nowMs - 4_000 }),
    });
    const early = { ...facts, ledger: { ...facts.ledger, control: turned } };
    expect(plan(early)).toMatchObject({ reason: 'bridge_write_too_soon', wakeAtMs: nowMs + 6_000 });
    const next = { ...early, ledger: { ...early.ledger, control: plan(early).next } };
    expect(asked(plan(next, {}, nowMs + 6_000))).toBe(3);
  });

  it.each([true, false, undefined])('0 is respected at once and in one step (scaled: %s)', (autoScaled) => {
    for (const maxBridge of ['100pct', '5']) {
      const facts: ServiceFacts = {
        ...folded(autoScaled),
        primary: aService({ desiredCount: 0 }),
        listedTasks: 0,
        ledger: {
          ...folded(autoScaled).ledger,
          control: bridgedControl({
            wantedLatched: 10,
            recentShortfalls: [{ atMs: nowMs - 1_000, count: 4 }],
            bridge: aBridgeState({ lastWriteAtMs: nowMs - 11_000, turnedAtMs: nowMs - minute }),
          }),
        },
      };
      expect(asked(plan(facts, { 'ballast:max-bridge': maxBridge }))).toBe(0);
    }
  });

  it('at most one step is given back per return-after', () => {
    const unfolding = (lastWriteAgoMs: number) =>
      calm(
        { desiredCount: 8 },
        {
          primary: aService({ desiredCount: 6 }),
          listedTasks: 10,
          autoScaled: true,
          control: bridgedControl({
            wantedLatched: 10,
            bridge: aBridgeState({ direction: 'returning', lastWriteAtMs: nowMs - lastWriteAgoMs }),
          }),
        },
      );
    expect(plan(unfolding(5 * minute - 1))).toMatchObject({ reason: 'bridge_write_too_soon', wakeAtMs: nowMs + 1 });
    expect(asked(plan(unfolding(5 * minute)))).toBe(6);
  });
});

describe('the return', () => {
  it('takes at most a quarter a step, and at least one task', () => {
    expect(asked(plan(calm({ desiredCount: 40 })))).toBe(30);
    expect(asked(plan(calm({ desiredCount: 9 })))).toBe(7);
    expect(asked(plan(calm({ desiredCount: 3 })))).toBe(2);
    expect(asked(plan(calm({ desiredCount: 1 })))).toBe(0);
  });

  it('never gives back what is still needed', () => {
    const facts = calm({ desiredCount: 5 }, { listedTasks: 6, tasks: reclaimed(4, nowMs - 8 * minute) });
    expect(asked(plan(facts))).toBe(4);
    const covered = calm({ desiredCount: 4 }, { listedTasks: 6, tasks: reclaimed(4, nowMs - 8 * minute) });
    expect(plan(covered)).toMatchObject({ reason: 'bridge_held', commands: [] });
  });

  // After a drought of hours ECS may wait for half an hour with its next try: no notice and no failure is left to tell.
  it('never gives back what stands in for tasks that are still missing, though nothing tells of Spot any more', () => {
    const drought = calm(
      { desiredCount: 3 },
      { listedTasks: 7, control: bridgedControl({ missingSinceMs: nowMs - 60 * minute }) },
    );
    expect(plan(drought).reason).toBe('bridge_held');
    const partlyBack = calm({ desiredCount: 6 }, { listedTasks: 7, control: bridgedControl() });
    expect(asked(plan(partlyBack))).toBe(5);
    const crashed = aTaskRecord('c', { desiredStatus: 'STOPPED', lastStatus: 'STOPPED', stoppedAtMs: nowMs });
    const ownFault = calm({ desiredCount: 3 }, { listedTasks: 7, tasks: [crashed] });
    expect(asked(plan(ownFault))).toBe(2);
  });

  it('never gives back what was needed within return-after', () => {
    const needed = (agoMs: number) =>
      calm(
        {},
        {
          control: bridgedControl({
            recentShortfalls: [
              { atMs: nowMs - agoMs, count: 4 },
              { atMs: nowMs - agoMs, count: 0 },
            ],
          }),
        },
      );
    const held = plan(needed(4 * minute));
    expect(held).toMatchObject({ reason: 'bridge_held', commands: [], wakeAtMs: nowMs + minute });
    expect(held.explanation).toBe('4 on-demand tasks stay until Spot has been calm');
    expect(asked(plan(needed(5 * minute)))).toBe(3);
  });

  it('waits ten seconds between its steps', () => {
    const stepped = (agoMs: number) =>
      calm(
        {},
        { control: bridgedControl({ bridge: aBridgeState({ direction: 'returning', lastWriteAtMs: nowMs - agoMs }) }) },
      );
    expect(plan(stepped(9_999))).toMatchObject({ reason: 'bridge_write_too_soon', wakeAtMs: nowMs + 1 });
    expect(asked(plan(stepped(10_000)))).toBe(3);
  });

  it('does not turn the bridge again within ten minutes', () => {
    const grownAgain = (agoMs: number) =>
      calm({}, { control: bridgedControl({ bridge: aBridgeState({ turnedAtMs: nowMs - agoMs }) }) });
    expect(plan(grownAgain(10 * minute - 1))).toMatchObject({ reason: 'bridge_write_too_soon', wakeAtMs: nowMs + 1 });
    expect(asked(plan(grownAgain(10 * minute)))).toBe(3);
  });

  it('notes the turn', () => {
    expect(plan(calm()).next.bridge).toMatchObject({ direction: 'returning', turnedAtMs: nowMs });
    const returning = calm(
      {},
      { control: bridgedControl({ bridge: aBridgeState({ direction: 'returning', turnedAtMs: 5 }) }) },
    );
    expect(plan(returning).next.bridge).toMatchObject({ direction: 'returning', turnedAtMs: 5 });
  });
});

describe('growth', () => {
  const short = (lastWriteAgoMs: number, state: Parameters<typeof aBridgeState>[0] = {}) =>
    someFacts({
      listedTasks: 4,
      tasks: reclaimed(6),
      bridge: aBridge(),
      control: bridgedControl({ bridge: aBridgeState({ lastWriteAtMs: nowMs - lastWriteAgoMs, ...state }) }),
    });

  it('waits ten seconds after the last write, and spends no reads until then', () => {
    expect(plan(short(9_000))).toMatchObject({
      reason: 'bridge_write_too_soon',
      commands: [],
      wakeAtMs: nowMs + 1_000,
      next: { quietUntilMs: nowMs + 1_000 },
    });
    expect(asked(plan(short(10_000)))).toBe(6);
  });

  it('never waits for the ten minutes between turns', () => {
    const facts = short(10_000, { direction: 'returning', turnedAtMs: nowMs - 20_000 });
    expect(asked(plan(facts))).toBe(6);
    expect(plan(facts).next.bridge).toMatchObject({ direction: 'growing', turnedAtMs: nowMs });
  });

  it('looks at what came of it when new tasks can have come up, and earlier when more is needed', () => {
    expect(plan(short(10_000)).wakeAtMs).toBe(nowMs + 90_000);
    const facts = { ...short(10_000), affordable: 5 };
    expect(plan(facts).wakeAtMs).toBe(nowMs + 10_000);
  });
});

describe('a bridge at 0', () => {
  const idle = (idleAgoMs: number, changed: Parameters<typeof someFacts>[0] = {}) =>
    calm(
      { desiredCount: 0, runningCount: 0 },
      {
        control: bridgedControl({ bridge: aBridgeState({ direction: 'returning', idleSinceMs: nowMs - idleAgoMs }) }),
        ...changed,
      },
    );

  it('is kept for idle-bridge and then deleted', () => {
    expect(plan(idle(15 * minute - 1))).toMatchObject({ reason: 'bridge_idle', commands: [], wakeAtMs: nowMs + 1 });
    expect(plan(idle(15 * minute))).toMatchObject({
      reason: 'bridge_deleted',
      commands: [{ kind: 'DeleteService', service: 'ballast-web-g1' }],
    });
    expect(plan(idle(15 * minute)).next.bridge).toBeUndefined();
  });

  it('is used again when Spot fails meanwhile', () => {
    const facts = idle(10 * minute, { listedTasks: 7, tasks: reclaimed(3) });
    expect(kinds(plan(facts))).toEqual(['UpdateService.desiredCount']);
    expect(asked(plan(facts))).toBe(3);
    expect(plan(facts).next.bridge?.idleSinceMs).toBeUndefined();
  });

  it('is forgotten when somebody else has deleted it', () => {
    const { bridge: _deleted, ...facts } = idle(minute);
    expect(plan(facts)).toMatchObject({ reason: 'steady', commands: [] });
    expect(plan(facts).next.bridge).toBeUndefined();
  });
});

describe('the proof that a bridge can be made', () => {
  const unproven = (changed: Parameters<typeof someFacts>[0] = {}) =>
    someFacts({ control: initialControlState, ...changed });

  it('is one at 0, made once', () => {
    const proof = plan(unproven());
    expect(proof.reason).toBe('bridge_proving');
    expect(created(proof)).toMatchObject({ desiredCount: 0, serviceName: 'ballast-web-g1' });
    expect(proof.next.provenAtMs).toBe(nowMs);
    expect(plan(someFacts())).toMatchObject({ reason: 'steady', commands: [] });
  });

  it('is made only in mode act', () => {
    const outcome = aPolicyOutcome({ 'ballast:mode': 'observe' });
    expect(planService(unproven(), outcome, nowMs)).toMatchObject({ reason: 'steady', commands: [] });
  });

  it('is made only when no deployment is in progress and somebody wants the service', () => {
    const deploying = aService({ deployments: [aDeployment({ rolloutState: 'IN_PROGRESS' })] });
    expect(plan(unproven({ primary: deploying })).commands).toEqual([]);
    expect(plan(unproven({ primary: aService({ desiredCount: 0 }), listedTasks: 0 })).commands).toEqual([]);
  });

  it('is deleted at the next look', () => {
    const control = plan(unproven()).next;
    const made = aBridge({ desiredCount: 0, runningCount: 0 });
    expect(plan(someFacts({ control, bridge: made }), {}, nowMs + 10_000)).toMatchObject({
      reason: 'bridge_deleted',
      commands: [{ kind: 'DeleteService', service: 'ballast-web-g1' }],
    });
    expect(plan(someFacts({ control }), {}, nowMs + 10_000)).toMatchObject({
      reason: 'bridge_held',
      wakeAtMs: nowMs + 15_000,
    });
  });

  it('leaves a bridge that a shortage uses if it comes first', () => {
    const control = plan(unproven()).next;
    const facts = threeLost({ control, bridge: aBridge({ desiredCount: 0 }), tasks: reclaimed(3, nowMs + 5_000) });
    const grown = plan(facts, {}, nowMs + 10_000);
    expect(grown.commands).toMatchObject([{ kind: 'UpdateService.desiredCount', service: 'ballast-web-g1', to: 3 }]);
  });

  it('is not needed any more once a bridge was made in need', () => {
    expect(plan(threeLost({ control: initialControlState })).next.provenAtMs).toBe(nowMs);
  });
});

describe('a bridge that AWS refuses', () => {
  const error = 'AccessDeniedException: not authorized to perform: iam:PassRole';
  const refusal = { atMs: nowMs - 60_000, untilMs: nowMs, times: 2, error };
  const control = bridgedControl({ refusal });

  it("is held and told with AWS's text until it may be tried again", () => {
    const held = plan(threeLost({ control: { ...control, refusal: { ...refusal, untilMs: nowMs + 90_000 } } }));
    expect(held).toMatchObject({ reason: 'bridge_refused', commands: [], wakeAtMs: nowMs + 90_000 });
    expect(held.explanation).toBe(`AWS refused the bridge, try 2 (${error}); tried again in 90 s`);
    expect(held.next.refusal).toMatchObject({ times: 2 });
  });

  it('is tried again as a new generation: the old name may be used up', () => {
    expect(created(plan(threeLost({ control }))).serviceName).toBe('ballast-web-g2');
  });

  it('is no longer called refused by a plan that tries again', () => {
    expect(plan(threeLost({ control })).next.refusal).toBeUndefined();
  });
});

describe('where on-demand is short too', () => {
  /** The bridge was asked for four tasks five minutes ago and one of them runs. */
  const stuck = (changed: Parameters<typeof someFacts>[0] = {}) =>
    someFacts({
      listedTasks: 6,
      tasks: reclaimed(4, nowMs - 5 * minute),
      signals: signal('on_demand_placement_failure', nowMs - 20_000),
      bridge: aBridge({ runningCount: 1 }),
      control: bridgedControl(),
      ...changed,
    });

  it('nothing is asked for beyond what stands, and people are told', () => {
    const held = plan(stuck({ listedTasks: 3, tasks: reclaimed(7, nowMs - 5 * minute) }));
    expect(held).toMatchObject({ reason: 'on_demand_shortage', commands: [], wakeAtMs: nowMs + minute });
    expect(held.explanation).toContain('the bridge stays at 4 of 7');
  });

  it('the wait doubles from one minute to fifteen, however often it is looked at', () => {
    const waits: number[] = [];
    let facts = stuck();
    let atMs = nowMs;
    for (let look = 0; look < 6; look += 1) {
      const held = plan(
        { ...facts, ledger: { ...facts.ledger, signals: signal('on_demand_placement_failure', atMs - 1_000) } },
        {},
        atMs,
      );
      expect(held.reason).toBe('on_demand_shortage');
      const between = plan({ ...facts, ledger: { ...facts.ledger, control: held.next } }, {}, atMs + 1_000);
      expect(between.wakeAtMs).toBe(held.wakeAtMs);
      waits.push(((held.wakeAtMs ?? 0) - atMs) / 1_000);
      facts = { ...facts, ledger: { ...facts.ledger, control: held.next } };
      atMs = held.wakeAtMs ?? 0;
    }
    expect(waits).toEqual([60, 120, 240, 480, 900, 900]);
  });

  it('it is over when an on-demand task starts', () => {
    const started = aTaskRecord('od', { capacityProviderName: 'FARGATE', ofBridge: true, startedAtMs: nowMs - 1_000 });
    const facts = stuck({ tasks: [...reclaimed(4, nowMs - 5 * minute), started] });
    expect(plan(facts).reason).toBe('bridge_held');
  });

  it('a failure from before the bridge was made says nothing', () => {
    const facts = stuck({ signals: signal('on_demand_placement_failure', nowMs - 11 * minute) });
    expect(plan(facts).reason).toBe('bridge_held');
  });

  it('the return goes on', () => {
    const facts = stuck({ listedTasks: 10, tasks: [] });
    expect(plan(facts).reason).toBe('bridge_returned');
  });
});

describe('whole', () => {
  it('settles what was reclaimed, except what late events may still tell of', () => {
    const facts = someFacts({ tasks: reclaimed(2, nowMs - 5 * minute) });
    expect(plan(facts).next.lastWholeAtMs).toBe(nowMs - 5 * minute);
    expect(plan(facts, { 'ballast:return-after': '10s' }).next.lastWholeAtMs).toBe(nowMs - 2 * minute);
  });

  it('is not a service that had a notice or a placement failure within return-after, or misses a task', () => {
    expect(plan(someFacts({ tasks: reclaimed(1, nowMs - 4 * minute) })).next.lastWholeAtMs).toBe(0);
    const failed = someFacts({ signals: signal('spot_placement_failure', nowMs - 4 * minute) });
    expect(plan(failed).next.lastWholeAtMs).toBe(0);
    expect(plan(someFacts({ listedTasks: 9 })).next.lastWholeAtMs).toBe(0);
  });
});
