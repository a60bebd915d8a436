import { usageSum } from '../../shared/decisions/usage.ts';
import { clusterArnOfService, nameOfArn } from '../../shared/events/arn.ts';
import { servicePolicy } from '../../shared/policy/policy.ts';
import type { Service } from '../../shared/ports/ecs.ts';
import type { Enrolment, Fleet } from '../../shared/ports/ledger.ts';
import type { TimeRange } from '../../shared/ports/ledger-view.ts';
import type { ShowDeps } from './deps.ts';
import type { ServiceFacts, ServiceHistory, WidgetFacts } from './facts.ts';
import { timeShown, type WidgetRequest } from './request.ts';
import { toneOf } from './tone.ts';
import { inOrder } from './urgency.ts';
import { withinCalls } from './within-calls.ts';

/** Every viewer's every refresh reads anew, so all of it is bounded. */
export const limits = {
  /** Newest decisions, a hundred a request. */
  lookedAt: 1_000,
  /** Rows. */
  shown: 50,
  /** Of DescribeServices: `decide` needs the rates of ECS more. */
  ecsCalls: 5,
  /** Lanes of the timeline, two requests each. */
  lanes: 12,
  decisionsOfLane: 60,
  decisionsOfOne: 300,
};

/** What the widget shows, read with a few requests: see docs/dashboards.md. */
export async function gather(deps: ShowDeps, request: WidgetRequest, functionArn: string): Promise<WidgetFacts> {
  const nowMs = deps.clock.nowMs();
  const time = timeShown(request, nowMs);
  const [enrolments, fleet] = await Promise.all([enrolmentsFor(deps, request, functionArn), deps.ledger.readFleet()]);
  const matching = enrolments.filter((enrolment) => enrolment.kind === 'service' && fits(enrolment.arn, request));
  const known = { nowMs, time, pausedAll: fleet.pausedAll, matching: matching.length };
  const [only, ...others] = matching;
  if (request.service !== undefined && only !== undefined && others.length === 0) {
    return { ...known, lookedAt: 1, single: true, ...(await readOne(deps, only, fleet, time)) };
  }
  const lookedAt = hintedFirst(matching, fleet).slice(0, limits.lookedAt);
  const [newest, usage] = await Promise.all([
    deps.ledger.newestDecisions(lookedAt.map(({ arn }) => arn)),
    deps.ledger.usageIfSmall(new Date(nowMs).toISOString().slice(0, 10)),
  ]);
  const services = lookedAt.map((enrolment): ServiceFacts => {
    const record = newest.get(enrolment.arn);
    return { ...enrolled(deps, enrolment, fleet), ...(record === undefined ? {} : { newest: record }) };
  });
  const shown = inOrder(services).slice(0, limits.shown);
  const [{ described, ecsFailed }, histories] = await Promise.all([
    describe(deps, shown, bridgesOf(enrolments)),
    readLanes(deps, shown, time),
  ]);
  const usageToday = usage?.filter(
    ({ clusterName }) => request.cluster === undefined || clusterName === request.cluster,
  );
  return {
    ...known,
    lookedAt: lookedAt.length,
    single: false,
    services: inOrder(
      shown.map((service) => ({
        ...service,
        ...described.get(service.serviceArn),
        ...histories.get(service.serviceArn),
      })),
    ),
    ecsFailed,
    ...(usageToday === undefined ? {} : { usageToday: usageSum(usageToday) }),
  };
}

/** One item where the parameters name one service; else the partition, in which bridges are as well. */
async function enrolmentsFor(
  { ledger }: ShowDeps,
  { cluster, service }: WidgetRequest,
  functionArn: string,
): Promise<Enrolment[]> {
  const [, partition, , region, account] = functionArn.split(':');
  if (cluster === undefined || service === undefined || account === undefined) return ledger.enrolments();
  const enrolment = await ledger.enrolment(`arn:${partition}:ecs:${region}:${account}:service/${cluster}/${service}`);
  return enrolment === undefined ? [] : [enrolment];
}

/** The old short form of an ARN does not say the cluster: such a service cannot be described, nor acted for. */
const longArn = /:service\/[^/]+\/[^/]+$/;

function fits(serviceArn: string, { cluster, service }: WidgetRequest): boolean {
  return (
    longArn.test(serviceArn) &&
    (cluster === undefined || nameOfArn(clusterArnOfService(serviceArn)) === cluster) &&
    (service === undefined || nameOfArn(serviceArn) === service)
  );
}

/** Without a look at each: those that hold or want on-demand, or are paused, then by ARN. */
function hintedFirst(services: readonly Enrolment[], { budget, paused }: Fleet): Enrolment[] {
  const hinted = new Set([...budget.entries.map(({ serviceArn }) => serviceArn), ...paused]);
  const rank = ({ arn }: Enrolment) => `${hinted.has(arn) ? 0 : 1} ${arn}`;
  return [...services].sort((left, right) => (rank(left) < rank(right) ? -1 : 1));
}

function enrolled({ stackPolicy }: ShowDeps, { arn, tags }: Enrolment, fleet: Fleet): ServiceFacts {
  const policy = servicePolicy(stackPolicy, tags);
  return {
    serviceArn: arn,
    cluster: nameOfArn(clusterArnOfService(arn)),
    name: nameOfArn(arn),
    policy,
    spotProvider: policy.ok ? policy.policy.spotProvider : stackPolicy.defaults['spot-provider'],
    paused: fleet.pausedAll || fleet.paused.has(arn),
  };
}

function bridgesOf(enrolments: readonly Enrolment[]): ReadonlyMap<string, string> {
  return new Map(
    enrolments.flatMap(({ arn, kind, bridgeOf }) =>
      kind === 'bridge' && bridgeOf !== undefined ? [[bridgeOf, nameOfArn(arn)] as const] : [],
    ),
  );
}

type Described = Pick<ServiceFacts, 'described'>;

/** @param bridges names by the ARN of the service they belong to. */
async function describe(
  { ecs, warn }: ShowDeps,
  services: readonly ServiceFacts[],
  bridges: ReadonlyMap<string, string>,
): Promise<{ readonly described: ReadonlyMap<string, Described>; readonly ecsFailed: boolean }> {
  const groups = services.map(({ serviceArn, name }) => {
    const clusterArn = clusterArnOfService(serviceArn);
    return [name, bridges.get(serviceArn) ?? []].flat().map((service) => ({ clusterArn, service }));
  });
  try {
    const found = await ecs.describeServices(withinCalls(groups, limits.ecsCalls));
    const byName = new Map(found.map((service) => [keyOf(service), service]));
    return {
      ecsFailed: false,
      described: new Map(
        services.flatMap(({ serviceArn, name }) => {
          const clusterArn = clusterArnOfService(serviceArn);
          const primary = byName.get(keyOf({ clusterArn, serviceName: name }));
          const bridge = byName.get(keyOf({ clusterArn, serviceName: bridges.get(serviceArn) ?? '' }));
          if (primary === undefined) return [];
          return [[serviceArn, { described: { primary, ...(bridge === undefined ? {} : { bridge }) } }]];
        }),
      ),
    };
  } catch (error) {
    // Most likely a throttle: decide and the release pipelines need those calls more.
    warn('services are not described', error);
    return { described: new Map(), ecsFailed: true };
  }
}

function keyOf({ clusterArn, serviceName }: Pick<Service, 'clusterArn' | 'serviceName'>): string {
  return `${nameOfArn(clusterArn)}/${serviceName}`;
}

/** Lanes for the first of those to whom something has happened in the time. */
async function readLanes(
  { ledger }: ShowDeps,
  services: readonly ServiceFacts[],
  time: TimeRange,
): Promise<ReadonlyMap<string, Pick<ServiceFacts, 'history'>>> {
  const stirred = services.filter(
    ({ newest }) => newest !== undefined && (newest.sinceMs >= time.fromMs || toneOf(newest.reason) !== 'calm'),
  );
  const lanes = stirred.slice(0, limits.lanes).map(async ({ serviceArn }) => {
    const decisions = await ledger.decisionsWithin(serviceArn, time, limits.decisionsOfLane);
    return [serviceArn, { history: historyOf(decisions, limits.decisionsOfLane, time, []) }] as const;
  });
  return new Map(await Promise.all(lanes));
}

async function readOne(
  deps: ShowDeps,
  enrolment: Enrolment,
  fleet: Fleet,
  time: TimeRange,
): Promise<Pick<WidgetFacts, 'services' | 'ecsFailed'>> {
  const { arn } = enrolment;
  const [stored, newest, decisions] = await Promise.all([
    deps.ledger.readService(arn),
    deps.ledger.newestDecisions([arn]),
    deps.ledger.decisionsWithin(arn, time, limits.decisionsOfOne),
  ]);
  const service = enrolled(deps, enrolment, fleet);
  const record = newest.get(arn);
  const bridge = stored.control?.bridge?.serviceName;
  const bridges = new Map(bridge === undefined ? [] : [[arn, bridge]]);
  const { described, ecsFailed } = await describe(deps, [service], bridges);
  const spotStopsAtMs = stored.tasks.flatMap(({ spotStopAtMs }) => spotStopAtMs ?? []);
  return {
    ecsFailed,
    services: [
      {
        ...service,
        ...(record === undefined ? {} : { newest: record }),
        ...described.get(arn),
        history: historyOf(decisions, limits.decisionsOfOne, time, spotStopsAtMs),
      },
    ],
  };
}

function historyOf(
  decisions: ServiceHistory['decisions'],
  limit: number,
  { fromMs }: TimeRange,
  spotStopsAtMs: readonly number[],
): ServiceHistory {
  const oldest = decisions.at(-1);
  const cut = decisions.length === limit && oldest !== undefined && oldest.sinceMs >= fromMs;
  return { decisions, cut, spotStopsAtMs };
}
