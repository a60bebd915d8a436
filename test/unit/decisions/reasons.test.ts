import { describe, expect, it } from 'vitest';
import { withinRate } from '../../../functions/decide/within-rate.ts';
import type { StrategyState } from '../../../shared/decisions/control-state.ts';
import { initialControlState } from '../../../shared/decisions/control-state.ts';
import type { Plan, Reason } from '../../../shared/decisions/plan.ts';
import { planService } from '../../../shared/decisions/plan-service.ts';
import type { ServiceFacts } from '../../../shared/decisions/service-facts.ts';
import type { PolicyOutcome } from '../../../shared/policy/policy.ts';
import type { Service } from '../../../shared/ports/ecs.ts';
import {
  aBridge,
  aDeployment,
  aPolicyOutcome,
  aService,
  bridgedControl,
  nowMs,
  provenControl,
  reclaimed,
  serviceArn,
  someFacts,
  stackPolicy,
} from '../../builders/service-facts.ts';

const minute = 60_000;
const strategyMode = aPolicyOutcome({ 'ballast:fallback': 'strategy' });
const spotFailure = (atMs: number) =>
  ({ spot_placement_failure: { kind: 'spot_placement_failure', atMs, eventId: 'e1' } }) as const;
const onDemandFailure = (atMs: number) =>
  ({ on_demand_placement_failure: { kind: 'on_demand_placement_failure', atMs, eventId: 'e2' } }) as const;

const original = [
  { capacityProvider: 'FARGATE_SPOT', weight: 3 },
  { capacityProvider: 'FARGATE', base: 1, weight: 1 },
];
const shifted = [{ capacityProvider: 'FARGATE', weight: 1 }];
const strategyState = (changed: Partial<StrategyState>): StrategyState => ({
  original,
  shifted,
  phase: 'shifted',
  phaseSinceMs: nowMs - 10 * minute,
  ...changed,
});
const withService = (changed: Partial<Service>) => someFacts({ primary: aService(changed) });

interface Case {
  readonly facts: ServiceFacts;
  /** The share of the ECS API rates is used up. */
  readonly rateUsedUp?: boolean;
  readonly outcome?: PolicyOutcome;
  readonly commands?: readonly string[];
}

/** One row per reason; the type says that none is forgotten. */
const cases: Record<Reason, Case> = {
  not_managed: { facts: someFacts(), outcome: { ok: true, policy: { ...mustBeOk(), managed: false } } },
  policy_invalid: {
    facts: someFacts(),
    outcome: { ok: false, tag: 'ballast:mode', problem: 'expected observe or act' },
  },
  service_gone: {
    facts: gone(),
    commands: ['UpdateService.desiredCount', 'DeleteService'],
  },
  paused: { facts: someFacts({ paused: true, listedTasks: 4, tasks: reclaimed(6) }) },
  fallback_none: {
    facts: someFacts({ listedTasks: 4, tasks: reclaimed(6) }),
    outcome: aPolicyOutcome({ 'ballast:fallback': 'none' }),
  },
  'bridge_ineligible:deployment_controller': { facts: withService({ deploymentController: 'CODE_DEPLOY' }) },
  'bridge_ineligible:deployment_strategy': { facts: withService({ deploymentStrategy: 'BLUE_GREEN' }) },
  'bridge_ineligible:scheduling_strategy': { facts: withService({ schedulingStrategy: 'DAEMON' }) },
  'bridge_ineligible:no_overlap': { facts: withService({ maximumPercent: 100 }) },
  'bridge_ineligible:classic_load_balancer': { facts: withService({ loadBalancers: [{ loadBalancerName: 'old' }] }) },
  'bridge_ineligible:service_connect_server': {
    facts: withService({ serviceConnect: { configuration: {}, serverPorts: 1 } }),
  },
  'bridge_ineligible:spot_provider_not_in_strategy': { facts: withService({ capacityProviderStrategy: shifted }) },
  'strategy_ineligible:deployment_controller': {
    facts: withService({ deploymentController: 'EXTERNAL' }),
    outcome: strategyMode,
  },
  'strategy_ineligible:deployment_strategy': {
    facts: withService({ deploymentStrategy: 'CANARY' }),
    outcome: strategyMode,
  },
  'strategy_ineligible:scheduling_strategy': {
    facts: withService({ schedulingStrategy: 'DAEMON' }),
    outcome: strategyMode,
  },
  'strategy_ineligible:no_overlap': { facts: withService({ maximumPercent: 100 }), outcome: strategyMode },
  'strategy_ineligible:minimum_healthy_percent': {
    facts: withService({ minimumHealthyPercent: 50 }),
    outcome: strategyMode,
  },
  'strategy_ineligible:no_capacity_provider_strategy': {
    facts: withService({ capacityProviderStrategy: [], launchType: 'FARGATE' }),
    outcome: strategyMode,
  },
  'strategy_ineligible:spot_provider_not_in_strategy': {
    facts: someFacts({
      primary: aService({ capacityProviderStrategy: shifted }),
      listedTasks: 4,
      signals: spotFailure(nowMs - 5_000),
    }),
    outcome: strategyMode,
  },
  steady: { facts: someFacts() },
  gathering_notices: { facts: someFacts({ listedTasks: 4, tasks: reclaimed(3, nowMs - 2_000) }) },
  bridge_grown: { facts: someFacts({ listedTasks: 7, tasks: reclaimed(3) }), commands: ['CreateService'] },
  bridge_at_cap: {
    facts: someFacts({ listedTasks: 5, tasks: reclaimed(5) }),
    outcome: aPolicyOutcome({ 'ballast:max-bridge': '2' }),
    commands: ['CreateService'],
  },
  bridge_held: {
    facts: someFacts({ listedTasks: 6, tasks: reclaimed(4), bridge: aBridge(), control: bridgedControl() }),
  },
  bridge_returned: {
    facts: someFacts({ bridge: aBridge(), control: bridgedControl() }),
    commands: ['UpdateService.desiredCount'],
  },
  bridge_idle: {
    facts: someFacts({
      bridge: aBridge({ desiredCount: 0 }),
      control: bridgedControl({ bridge: idleSince(nowMs - minute) }),
    }),
  },
  bridge_deleted: {
    facts: someFacts({
      bridge: aBridge({ desiredCount: 0 }),
      control: bridgedControl({ bridge: idleSince(nowMs - 15 * minute) }),
    }),
    commands: ['DeleteService'],
  },
  bridge_proving: { facts: someFacts({ control: initialControlState }), commands: ['CreateService'] },
  bridge_refused: {
    facts: someFacts({
      listedTasks: 7,
      tasks: reclaimed(3),
      control: { ...provenControl, refusal: { atMs: nowMs - 1, untilMs: nowMs + minute, times: 1, error: 'denied' } },
    }),
  },
  bridge_follows_revision: {
    facts: someFacts({
      listedTasks: 6,
      tasks: reclaimed(4),
      bridge: aBridge({ taskDefinition: `${aService().taskDefinition}6` }),
      control: bridgedControl(),
    }),
    commands: ['UpdateService.revision'],
  },
  budget_exhausted: { facts: someFacts({ listedTasks: 7, tasks: reclaimed(3), affordable: 0 }) },
  rate_limited: { facts: someFacts({ listedTasks: 7, tasks: reclaimed(3) }), rateUsedUp: true },
  bridge_write_too_soon: {
    facts: someFacts({
      listedTasks: 4,
      tasks: reclaimed(6),
      bridge: aBridge(),
      control: bridgedControl({ bridge: { ...idleSince(0), lastWriteAtMs: nowMs - 9_000 } }),
    }),
  },
  on_demand_shortage: {
    facts: someFacts({
      listedTasks: 6,
      tasks: reclaimed(4),
      signals: onDemandFailure(nowMs - 20_000),
      bridge: aBridge({ runningCount: 1 }),
      control: bridgedControl(),
    }),
  },
  CapacityProviderRebalanced: {
    facts: someFacts({
      primary: aService({ capacityProviderStrategy: original }),
      listedTasks: 6,
      tasks: reclaimed(4),
      signals: spotFailure(nowMs - 2_000),
    }),
    outcome: strategyMode,
    commands: ['UpdateService.capacityProviderStrategy'],
  },
  replacement_pending: { facts: someFacts({ listedTasks: 9, tasks: reclaimed(1) }), outcome: strategyMode },
  strategy_held: {
    facts: strategyFacts({ phase: 'shifting', phaseSinceMs: nowMs - 5_000 }, { capacityProviderStrategy: original }),
    outcome: strategyMode,
  },
  strategy_restored_externally: {
    facts: strategyFacts({ phase: 'shifted' }, { capacityProviderStrategy: original }),
    outcome: strategyMode,
  },
  strategy_restored_externally_again: {
    facts: someFacts({
      control: {
        ...provenControl,
        strategy: strategyState({ phase: 'shifted' }),
        lastForcedAtMs: nowMs - 10 * minute,
        restoredExternallyAtMs: nowMs - 60 * minute,
      },
      primary: aService({ capacityProviderStrategy: original }),
    }),
    outcome: strategyMode,
  },
  strategy_foreign_write: {
    facts: strategyFacts(
      { phase: 'shifted' },
      { capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 9 }] },
    ),
    outcome: strategyMode,
  },
  strategy_turned_back: {
    facts: strategyFacts(
      { phase: 'restoring', phaseSinceMs: nowMs - 2 * minute },
      {
        capacityProviderStrategy: original,
        deployments: [
          aDeployment({ rolloutState: 'IN_PROGRESS', runningCount: 4, pendingCount: 0 }),
          aDeployment({ id: 'ecs-svc/999', status: 'ACTIVE' }),
        ],
        currentServiceDeployment: 'arn:aws:ecs:us-east-1:111122223333:service-deployment/shop/web/d1',
      },
      nowMs - minute,
    ),
    outcome: strategyMode,
    commands: ['StopServiceDeployment'],
  },
  strategy_shift_failed: {
    facts: strategyFacts(
      { phase: 'shifted', deployment: 'ecs-svc/1001' },
      {
        capacityProviderStrategy: shifted,
        deployments: [aDeployment({ id: 'ecs-svc/1001', rolloutState: 'FAILED' }), aDeployment({ status: 'ACTIVE' })],
      },
    ),
    outcome: strategyMode,
  },
  deployment_waits_for_spot: { facts: deployingInShortage() },
  deployment_shifted: {
    facts: deployingInShortage(),
    outcome: aPolicyOutcome({ 'ballast:deploy-when-short': 'shift' }),
    commands: ['UpdateService.capacityProviderStrategy'],
  },
  deployment_in_progress: {
    facts: strategyFacts(
      { phase: 'shifted' },
      { capacityProviderStrategy: shifted, deployments: [aDeployment({ rolloutState: 'IN_PROGRESS' })] },
    ),
    outcome: strategyMode,
  },
  cooling_down: {
    facts: someFacts({
      primary: aService({ capacityProviderStrategy: original }),
      listedTasks: 6,
      tasks: reclaimed(4),
      signals: spotFailure(nowMs - 2_000),
      control: { ...initialControlState, lastForcedAtMs: nowMs - 29 * minute },
    }),
    outcome: strategyMode,
  },
};

describe('every reason that a decision can give', () => {
  it.each(Object.entries(cases))('%s', (reason, { facts, outcome = aPolicyOutcome(), commands = [], rateUsedUp }) => {
    const planned = planService(facts, outcome, nowMs);
    const plan = rateUsedUp === true ? paced(facts, outcome, planned) : planned;
    expect(plan.reason).toBe(reason);
    expect(plan.commands.map((command) => command.kind)).toEqual(commands);
    expect(plan.explanation).not.toBe('');
  });
});

function paced(facts: ServiceFacts, outcome: PolicyOutcome, plan: Plan): Plan {
  const pace = { take: () => false, has: () => false, reserve: () => nowMs + 5_000, emptied: () => {} };
  const request = { serviceArn, clusterArn: facts.clusterArn, cause: 'notice', askedAtMs: nowMs } as const;
  const fence = { serviceArn, generation: 1, expiresAtMs: nowMs };
  const considered = {
    request,
    fence,
    facts,
    outcome,
    plan,
    plannedAtMs: nowMs,
    mode: 'act',
    estimated: false,
  } as const;
  const [one] = withinRate(pace, [considered], nowMs);
  return one?.plan ?? plan;
}

function mustBeOk() {
  const outcome = aPolicyOutcome();
  if (!outcome.ok) throw new Error(`the stack policy of the tests is wrong: ${stackPolicy.tagPrefix}`);
  return outcome.policy;
}

function gone(): ServiceFacts {
  const { primary: _deleted, ...facts } = someFacts({ serviceArn, bridge: aBridge(), control: bridgedControl() });
  return facts;
}

function idleSince(idleSinceMs: number) {
  return {
    serviceName: 'ballast-web-g1',
    createdAtMs: nowMs - 60 * minute,
    lastWriteAtMs: nowMs - 20 * minute,
    direction: 'returning' as const,
    idleSinceMs,
  };
}

function strategyFacts(
  state: Partial<StrategyState>,
  service: Partial<Service>,
  spotFailedAtMs?: number,
): ServiceFacts {
  return someFacts({
    primary: aService(service),
    control: { ...initialControlState, strategy: strategyState(state), lastForcedAtMs: nowMs - 10 * minute },
    signals: spotFailedAtMs === undefined ? {} : spotFailure(spotFailedAtMs),
  });
}

/** The old tasks run, none of the new ones can be placed. */
function deployingInShortage(): ServiceFacts {
  const release = aDeployment({
    id: 'ecs-svc/777',
    rolloutState: 'IN_PROGRESS',
    desiredCount: 10,
    runningCount: 0,
    createdAtMs: nowMs - 6 * minute,
  });
  return someFacts({
    primary: aService({ deployments: [release, aDeployment({ status: 'ACTIVE' })] }),
    signals: spotFailure(nowMs - 5_000),
  });
}
