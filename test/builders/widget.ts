import type { ServiceFacts, ServiceHistory, WidgetFacts } from '../../functions/show-services/facts.ts';
import { page } from '../../functions/show-services/page.ts';
import { widgetRequest } from '../../functions/show-services/request.ts';
import type { DecisionRecord, FactsSummary, PlanFigures } from '../../shared/decisions/plan.ts';
import { servicePolicy } from '../../shared/policy/policy.ts';
import { nowMs, serviceArn, stackPolicy } from './service-facts.ts';

export const functionArn = 'arn:aws:lambda:us-east-1:111122223333:function:ballast-dev-show-services';
export const minute = 60_000;
export const acting = { 'ballast:managed': 'true', 'ballast:mode': 'act' };

export function aRecord(changed: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    serviceArn,
    reason: 'steady',
    explanation: '10 of 10 tasks stay, none is missing because of Spot',
    cause: 'schedule',
    mode: 'act',
    applied: [],
    sinceMs: nowMs - 10 * minute,
    lastMs: nowMs - minute,
    count: 9,
    ...changed,
  };
}

export function factsOf(changed: Partial<FactsSummary> = {}): FactsSummary {
  return { desired: 10, running: 10, pending: 0, listed: 10, spotStops: 0, deployments: 1, ...changed };
}

export function figuresOf(changed: Partial<PlanFigures> = {}): PlanFigures {
  return { wanted: 10, staying: 10, lost: 0, unplaceable: 0, shortfall: 0, bridgeDesired: 0, ...changed };
}

/** A decision that resized the bridge. */
export function resized(
  from: number,
  to: number,
  atMs: number,
  result: 'applied' | 'observed' = 'applied',
): DecisionRecord {
  return aRecord({
    reason: to > from ? 'bridge_grown' : 'bridge_returned',
    explanation: `bridge ${from} → ${to}`,
    mode: result === 'applied' ? 'act' : 'observe',
    sinceMs: atMs,
    lastMs: atMs,
    count: 1,
    figures: figuresOf({ staying: 10 - to, shortfall: to, bridgeDesired: to }),
    applied: [
      {
        command: { kind: 'UpdateService.desiredCount', clusterArn: 'c', service: 'ballast-web-g1', from, to },
        result,
      },
    ],
  });
}

export function aHistory(changed: Partial<ServiceHistory> = {}): ServiceHistory {
  return { decisions: [], cut: false, spotStopsAtMs: [], ...changed };
}

export function serviceFactsOf(changed: Partial<ServiceFacts> = {}): ServiceFacts {
  return {
    serviceArn,
    cluster: 'shop',
    name: 'web',
    policy: servicePolicy(stackPolicy, acting),
    spotProvider: 'FARGATE_SPOT',
    paused: false,
    newest: aRecord(),
    ...changed,
  };
}

export function widgetFacts(changed: Partial<WidgetFacts> = {}): WidgetFacts {
  const services = changed.services ?? [serviceFactsOf()];
  return {
    nowMs,
    time: { fromMs: nowMs - 180 * minute, toMs: nowMs },
    pausedAll: false,
    matching: services.length,
    lookedAt: services.length,
    services,
    ecsFailed: false,
    single: false,
    ...changed,
  };
}

/** The widget for a viewer, of whom `widgetContext` tells this. */
export function drawn(facts: WidgetFacts, context: Readonly<Record<string, unknown>> = {}): string {
  return page(facts, widgetRequest({ widgetContext: context }), functionArn);
}
