import type { Reason } from '../shared/decisions/plan.ts';
import { type AlarmSpec, own, tailOf } from './alarm.ts';

/** Decisions of one reason, over all services. */
const decisionsOf = (reason: Reason) =>
  ({
    ...own('Decisions'),
    dimensions: { Reason: reason },
    statistic: 'Sum',
    comparison: 'GreaterThanThreshold',
    threshold: 0,
    missing: 'notBreaching',
  }) as const;

const decisionsFor = (reason: Reason, since?: string) => tailOf('decide', `{ $.reason = "${reason}" }`, since);

/**
 * About the services of the user. None is per service: what lasts for how long is measured where decisions are made, and
 * the alarm looks at the worst of all.
 */
export const serviceAlarms = {
  ServiceBelowDesiredAlarm: {
    name: 'service-below-desired',
    meaning:
      'A service in mode act has had fewer tasks than wanted for more than five minutes, its bridge counted. Its users may feel it.',
    look: tailOf('decide', '{ $.message = "decision" && $.mode = "act" }', '15m'),
    ...own('BelowDesiredTime'),
    statistic: 'Maximum',
    periodSeconds: 60,
    // A value is a duration: one is enough, however late its log line is read.
    datapoints: [1, 3],
    comparison: 'GreaterThanThreshold',
    threshold: 300,
    // Nobody tells of a service that is whole.
    missing: 'notBreaching',
    notifies: 'page',
  },
  OnDemandShortageAlarm: {
    name: 'on-demand-shortage',
    meaning:
      'Spot is short and on-demand capacity or its vCPU quota is exhausted too. Ballast backs off and tries again; ECS keeps trying.',
    look: decisionsFor('on_demand_shortage'),
    ...decisionsOf('on_demand_shortage'),
    periodSeconds: 300,
    datapoints: [1, 1],
    notifies: 'page',
  },
  BridgeAtCapAlarm: {
    name: 'bridge-at-cap',
    meaning: 'A bridge has as many tasks as `max-bridge` allows, and more are missing.',
    look: decisionsFor('bridge_at_cap'),
    ...decisionsOf('bridge_at_cap'),
    periodSeconds: 60,
    datapoints: [3, 5],
    notifies: 'ticket',
  },
  BudgetExhaustedAlarm: {
    name: 'budget-exhausted',
    meaning: 'A bridge may not grow: the on-demand vCPU that all bridges may have together is used up.',
    look: decisionsFor('budget_exhausted'),
    ...decisionsOf('budget_exhausted'),
    periodSeconds: 60,
    datapoints: [3, 5],
    notifies: 'ticket',
  },
  BridgeOpenAlarm: {
    name: 'bridge-open',
    meaning:
      'A bridge has stood for more than six hours and costs on-demand: Spot stays short, or the service does not come up.',
    look: tailOf('decide', '{ $.facts.bridgeDesired > 0 }'),
    ...own('BridgeOpenTime'),
    statistic: 'Maximum',
    periodSeconds: 300,
    datapoints: [1, 2],
    comparison: 'GreaterThanThreshold',
    threshold: 21_600,
    missing: 'notBreaching',
    notifies: 'ticket',
  },
  StrategyShiftedAlarm: {
    name: 'strategy-shifted',
    meaning: 'The capacity provider strategy of a service has been shifted to on-demand for more than a day.',
    look: decisionsFor('strategy_held', '24h'),
    ...own('StrategyShiftedTime'),
    statistic: 'Maximum',
    // A calm service is decided about every 15 minutes.
    periodSeconds: 900,
    datapoints: [1, 2],
    comparison: 'GreaterThanThreshold',
    threshold: 86_400,
    missing: 'notBreaching',
    notifies: 'ticket',
  },
  StrategyRestoredAgainAlarm: {
    name: 'strategy-restored-externally-again',
    meaning:
      'Somebody put the original strategy of a service back, twice within 24 hours, while Ballast had shifted it. Both replace every task. CloudTrail knows who called UpdateService.',
    look: decisionsFor('strategy_restored_externally_again', '24h'),
    ...decisionsOf('strategy_restored_externally_again'),
    // One in the last day keeps it in ALARM: the quarrel comes back with the next cool-down, not with the next minute.
    periodSeconds: 3_600,
    datapoints: [1, 24],
    notifies: 'ticket',
  },
  DeploymentWaitingAlarm: {
    name: 'deployment-waiting',
    meaning: 'A release has waited for Spot for 15 minutes. Neither is it rolled back nor tried again by Ballast.',
    look: decisionsFor('deployment_waits_for_spot'),
    ...decisionsOf('deployment_waits_for_spot'),
    periodSeconds: 300,
    datapoints: [3, 3],
    notifies: 'ticket',
  },
  ProductionDeploymentFailedAlarm: {
    name: 'production-deployment-failed',
    meaning: 'A deployment of a service with `ballast:tier` = `production` has failed, or does not come forward.',
    look: tailOf('diagnose', '{ $.message = "deployment diagnosed" }'),
    ...own('DeploymentFailures'),
    dimensions: { Tier: 'production' },
    statistic: 'Sum',
    periodSeconds: 300,
    datapoints: [1, 1],
    comparison: 'GreaterThanThreshold',
    threshold: 0,
    missing: 'notBreaching',
    notifies: 'page',
  },
  PolicyInvalidAlarm: {
    name: 'policy-invalid',
    meaning: 'A tag of an enrolled service is wrong. Nothing is done for the service until it is mended.',
    look: decisionsFor('policy_invalid'),
    ...decisionsOf('policy_invalid'),
    // A calm service is decided about every 15 minutes.
    periodSeconds: 900,
    datapoints: [1, 1],
    notifies: 'ticket',
  },
} as const satisfies Record<string, AlarmSpec>;
