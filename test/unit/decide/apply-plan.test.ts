import { describe, expect, it } from 'vitest';
import { applyPlan } from '../../../functions/decide/apply-plan.ts';
import type { Command, Plan } from '../../../shared/decisions/plan.ts';
import { RetryableError, TerminalError } from '../../../shared/errors.ts';
import { aDecider } from '../../builders/decide.ts';
import { aBridge, provenControl } from '../../builders/service-facts.ts';

const clusterArn = 'arn:aws:ecs:us-east-1:111122223333:cluster/shop';
const service = 'ballast-web-g1';
const bridgeArn = `arn:aws:ecs:us-east-1:111122223333:service/shop/${service}`;
const launch = { taskDefinition: 'web:8', loadBalancers: [], serviceRegistries: [] };
const planOf = (...commands: Command[]): Plan => ({
  reason: 'steady',
  explanation: 'a test',
  commands,
  next: provenControl,
});
const setZero: Command = { kind: 'UpdateService.desiredCount', clusterArn, service, from: 4, to: 0 };
const remove: Command = { kind: 'DeleteService', clusterArn, service };
const strategy = [{ capacityProvider: 'FARGATE', weight: 1 }];
const withBridge = (fault?: Parameters<typeof aDecider>[0]) => aDecider({ services: [aBridge()], ...fault });

describe('a command', () => {
  it.each<[Command, string, readonly unknown[]]>([
    [setZero, 'ecs.setDesiredCount', [0]],
    [
      { kind: 'UpdateService.revision', clusterArn, service, launch, from: 2, to: 3 },
      'ecs.updateRevision',
      [launch, 3],
    ],
    [
      { kind: 'UpdateService.capacityProviderStrategy', clusterArn, service, from: [], to: strategy },
      'ecs.forceCapacityProviderStrategy',
      [strategy],
    ],
  ])('is sent to the service that it names: %o', async (command, name, args) => {
    const decider = withBridge();
    expect(await applyPlan(decider.deps, planOf(command), 'act')).toEqual([{ command, result: 'applied' }]);
    const [call] = decider.called('ecs.');
    expect(call?.name).toBe(name);
    expect(call?.args[0]).toMatchObject({ clusterArn, service });
    expect(call?.args.slice(1)).toEqual(args);
  });

  it('that asks for a rollback names the service deployment', async () => {
    const decider = withBridge();
    await applyPlan(decider.deps, planOf({ kind: 'StopServiceDeployment', serviceDeploymentArn: 'arn:d1' }), 'act');
    expect(decider.called('ecs.rollBackServiceDeployment')[0]?.args).toEqual(['arn:d1']);
  });

  it('that makes a bridge enrols it first: its first event may be a placement failure', async () => {
    const decider = withBridge();
    const request = {
      ...launch,
      clusterArn,
      serviceName: service,
      desiredCount: 2,
      capacityProviderStrategy: strategy,
      tags: { 'ballast:bridge-of': 'arn:web' },
      clientToken: 't',
    };
    await applyPlan(decider.deps, planOf({ kind: 'CreateService', request }), 'act');
    expect(decider.names('ledger.', 'ecs.')).toEqual(['ledger.enrol', 'ecs.createService']);
    expect(await decider.memory.enrolment(bridgeArn)).toEqual({
      arn: bridgeArn,
      kind: 'bridge',
      tags: { 'ballast:bridge-of': 'arn:web' },
      bridgeOf: 'arn:web',
    });
  });

  it('that deletes a bridge disenrols it afterwards', async () => {
    const decider = withBridge();
    await decider.memory.enrol({ arn: bridgeArn, kind: 'bridge', tags: {} });
    await applyPlan(decider.deps, planOf(setZero, remove), 'act');
    expect(await decider.memory.enrolment(bridgeArn)).toBeUndefined();
    expect(decider.services.get(bridgeArn)).toMatchObject({ status: 'DRAINING', desiredCount: 0 });
  });

  it('after one that failed is left to the next decision', async () => {
    const decider = withBridge({
      fault: ({ name }) => (name === 'ecs.setDesiredCount' ? new RetryableError('busy') : undefined),
    });
    expect(await applyPlan(decider.deps, planOf(setZero, remove), 'act')).toEqual([
      { command: setZero, result: 'failed', error: 'busy' },
      { command: remove, result: 'skipped' },
    ]);
    expect(decider.called('ecs.deleteService')).toEqual([]);
  });

  it('that AWS refuses is told apart from one that may succeed later', async () => {
    const refused = withBridge({ fault: () => new TerminalError('denied', 'AccessDeniedException') });
    expect(await applyPlan(refused.deps, planOf(setZero), 'act')).toEqual([
      { command: setZero, result: 'refused', error: 'denied' },
    ]);
  });

  it.each([
    'ThrottlingException',
    'Throttling',
    'TooManyRequestsException',
    'RequestThrottled',
    'RequestLimitExceeded',
  ])('that AWS throttles with %s says so', async (name) => {
    const cause = Object.assign(new Error('Rate exceeded'), { name });
    const decider = withBridge({ fault: () => new RetryableError('slow down', { cause }) });
    expect(await applyPlan(decider.deps, planOf(setZero), 'act')).toMatchObject([
      { result: 'failed', throttled: true },
    ]);
  });

  it('is not sent in mode observe', async () => {
    const decider = withBridge();
    expect(await applyPlan(decider.deps, planOf(setZero, remove), 'observe')).toEqual([
      { command: setZero, result: 'observed' },
      { command: remove, result: 'observed' },
    ]);
    expect(decider.calls).toEqual([]);
  });
});
