import { beforeAll, describe, expect, it } from 'vitest';
import { shownDashboard } from '../../local/dashboard/show-dashboard.ts';
import type { ShownDashboard, ShownWidget } from '../../local/dashboard/shown.ts';
import { type Watched, watchVirtually } from '../../local/dashboard/watch-virtually.ts';
import { loadRules } from '../../local/rules.ts';
import { at, minute } from '../../local/scenarios/scenario.ts';
import { tour, tourToTheEnd } from '../../local/scenarios/tour.ts';
import { loadStackPolicy } from '../../local/stack-policy.ts';
import { resolved } from '../infra/alarm-evaluation.ts';

/** The tour that `npm start -- --dashboard` plays, on a virtual clock and to its end: dashboards, alarms and money. */

/** As much as is watched. */
const curtain = tour.durationMs / minute;
const end = tourToTheEnd.durationMs / minute;

const options = { rules: loadRules(), stackPolicy: loadStackPolicy(), template: resolved };
let watched: Watched;
/** Both dashboards when the curtain falls, with the six hours before it. */
let fleet: ShownDashboard;
let service: ShownDashboard;

beforeAll(async () => {
  watched = watchVirtually(tourToTheEnd, options);
  await watched.playTo(curtain);
  fleet = shown('fleet');
  service = shown('service', { cluster: 'shop', service: 'checkout' });
  await watched.playTo(end);
}, 120_000);

function shown(name: string, asked: Readonly<Record<string, string>> = {}): ShownDashboard {
  const dashboard = shownDashboard(watched.source, name, asked);
  if (dashboard === undefined) throw new Error(`the stack has no dashboard ${name}`);
  return dashboard;
}

type Metric = Extract<ShownWidget, { type: 'metric' }>;

function charts({ widgets }: ShownDashboard): Metric['chart'][] {
  return widgets.filter((widget): widget is Metric => widget.type === 'metric').map(({ chart }) => chart);
}

function chart(dashboard: ShownDashboard, title: string): Metric['chart'] {
  const found = charts(dashboard).find((one) => one.title === title);
  if (found === undefined) throw new Error(`no widget ${title}`);
  return found;
}

/** Lines by what they are of, and whether there is a value in them. */
function emptyLines(dashboard: ShownDashboard): string[] {
  return charts(dashboard).flatMap(({ title, lines }) =>
    lines.filter(({ values }) => values.every((value) => value === null)).map(({ label }) => `${title}: ${label}`),
  );
}

describe('the dashboards in the tour', () => {
  it('have data in every metric widget and in every line of each', () => {
    expect(charts(fleet).length).toBeGreaterThan(20);
    expect(charts(service).length).toBeGreaterThan(8);
    const bare = [...charts(fleet), ...charts(service)].filter(({ lines }) => lines.length === 0);
    expect(bare.map(({ title }) => title)).toEqual([]);
    expect([...emptyLines(fleet), ...emptyLines(service)]).toEqual([]);
  });

  it('have nothing that the page cannot show', () => {
    const problems = [...fleet.widgets, ...service.widgets].filter(({ type }) => type === 'problem');
    expect(problems).toEqual([]);
  });

  it('have lines in every log widget of a service whose release failed', () => {
    const tables = service.widgets.filter((widget) => widget.type === 'log');
    expect(tables.map(({ title, rows }) => [title, rows.length > 0])).toEqual(tables.map(({ title }) => [title, true]));
    expect(tables.length).toBeGreaterThan(0);
  });

  it('let every enrolled service be picked', () => {
    expect(service.variables.map(({ id, options, chosen }) => [id, chosen, ...options])).toEqual([
      ['cluster', 'shop', 'shop', 'workers'],
      ['service', 'checkout', 'cart', 'checkout', 'mailer', 'search', 'web'],
    ]);
  });
});

/**
 * Minute of ALARM and of OK again, by what the script does. Alarms are looked at on each full minute, at the whole periods
 * before it; the script's acts happen on full minutes, and what comes of them after the look.
 */
const script: Readonly<Record<string, readonly (readonly [alarm: number, ok: number])[]>> = {
  // 69: a job without a report is taken; its deadline is two minutes and a wait of 15 s later. Then 300 s without another.
  CheckpointsExpiredAlarm: [[72, 77]],
  // 76: an image that cannot be pulled, diagnosed a minute and a half later; 160: a release that stands still for 15 min.
  ProductionDeploymentFailedAlarm: [
    [78, 83],
    [177, 182],
  ],
  // 84, handled 45 s late.
  LateNoticesAlarm: [[85, 90]],
  // 90, at once.
  UnclassifiedStopsAlarm: [[91, 96]],
  // 92; a calm service is looked at in one of 15 minutes, here the 96th, and the period is as long.
  PolicyInvalidAlarm: [[97, 112]],
  // 124 to 134: neither kind. The last decision of that is in the 134th minute.
  OnDemandShortageAlarm: [[125, 140]],
  // Five minutes after 124 and 150 with less than is wanted, until Spot is back at 134 and 212, and three minutes quiet.
  ServiceBelowDesiredAlarm: [
    [130, 138],
    [156, 217],
  ],
  // 150 to 212: in three of five minutes.
  BridgeAtCapAlarm: [[153, 216]],
  // 160 to 212: in three periods of five minutes one after the other.
  DeploymentWaitingAlarm: [[171, 218]],
  // 176 to 212: in three of five minutes.
  BudgetExhaustedAlarm: [[179, 216]],
  // 158 to 212: in six periods of five minutes.
  OrphanedBridgeAlarm: [[185, 218]],
  // 300 to 700: six hours after the bridge was made.
  BridgeOpenAlarm: [[662, 714]],
  // 755: the second time within a day, and then a day without.
  StrategyRestoredAgainAlarm: [[756, 2_196]],
  // 770: a day later, because a person has paused it until 2,240.
  StrategyShiftedAlarm: [[2_211, 2_268]],
  // 242 to 250: five minutes without a heartbeat, and the first one.
  ReconcileHeartbeatAlarm: [[248, 252]],
  // 225: dead letters; 234: functions crash.
  NoticePathBrokenAlarm: [
    [227, 232],
    [236, 238],
  ],
  BallastUnhealthyAlarm: [
    [227, 232],
    [236, 238],
    [248, 252],
  ],
};

/** 225 to 230: a message in each dead-letter queue, counted in the next minute. */
const deadLetters = [[227, 232]] as const;
/** 234 and 235: three crashes in two of three minutes. */
const errors = [[236, 238]] as const;

describe('the alarms in the tour', () => {
  it('go to ALARM and back exactly where the script says, every one of the stack', () => {
    const all = [...watched.source.alarms.watched, ...watched.source.alarms.composites].map(({ id }) => id);
    const turns = Object.fromEntries(all.map((id) => [id, turnsOf(id)]));
    const expected = Object.fromEntries(
      all.map((id) => {
        const spans = id.endsWith('ErrorsAlarm') ? errors : id.endsWith('QueueAlarm') ? deadLetters : script[id];
        return [id, (spans ?? []).flatMap(([alarm, ok]) => [`ALARM ${alarm}`, `OK ${ok}`])];
      }),
    );
    expect(turns).toEqual(expected);
    expect(all.length).toBeGreaterThanOrEqual(38);
  });

  it('are quiet in the first hour, while Spot is short and the bridge covers it', () => {
    expect(watched.source.alarmChanges.filter(({ atMs }) => atMs < at(60))).toEqual([]);
  });
});

function turnsOf(id: string): string[] {
  return watched.source.alarmChanges
    .filter(({ alarm }) => alarm === id)
    .map(({ state, atMs }) => `${state} ${(atMs - at(0)) / minute}`);
}

/**
 * The first hour by hand. Tasks of 0.25 vCPU and 0.5 GB on x86, by the rates of infra/policy.yml:
 *
 *     on demand  0.25 × 0.04048    + 0.5 × 0.004445   = 0.0123425    USD/h
 *     on Spot    0.25 × 0.01288871 + 0.5 × 0.00141527 = 0.0039298125 USD/h
 *
 * Three Spot tasks of web, created at 09:00:01 and pulled 5 s later, are told at 09:05:00 and end by 09:05:10: 304 s.
 *
 *     on demand  0.0123425    × 304 / 3,600 = 0.001042256 USD
 *     on Spot    0.0039298125 × 304 / 3,600 = 0.000331851 USD
 *     saving                                  0.000710405 USD, three times 0.002131215 USD
 *
 * Its three bridge tasks pull from 09:05:08.4 on and are given back one by one 11 s apart, of 1,101, 1,112 and 1,123 s:
 *
 *     on demand  0.003774748 + 0.003812461 + 0.003850174 = 0.011437383 USD
 *     on Spot    0.001201868 + 0.001213875 + 0.001225883 = 0.003641626 USD
 *     premium                                              0.007795757 USD
 */
const firstHour = { saving: 0.002131215, premium: 0.007795757, spotSeconds: 912, onDemandSeconds: 3_336 };

describe('the money in the tour', () => {
  const nanoUsd = (usd: number) => Math.round(usd * 1e9);
  const sumOf = (name: string) =>
    watched.source.metrics
      .values({ namespace: 'Ballast', name, dimensions: { ClusterName: 'shop' }, fromMs: at(0), toMs: at(60) })
      .reduce((sum, value) => sum + value, 0);

  it('is in the first hour what was worked by hand', () => {
    expect(nanoUsd(sumOf('Saving'))).toBe(nanoUsd(firstHour.saving));
    expect(nanoUsd(sumOf('BridgePremium'))).toBe(nanoUsd(firstHour.premium));
    expect(sumOf('SpotTaskSeconds')).toBe(firstHour.spotSeconds);
    expect(sumOf('OnDemandTaskSeconds')).toBe(firstHour.onDemandSeconds);
  });

  it('is the same in the widgets of the dashboard', () => {
    const saved = chart(fleet, 'Saved by tasks that have stopped, each hour');
    const premium = chart(fleet, 'Premium of bridges that have stopped, each hour');
    expect(saved.times[0]).toBe(at(0) / 1_000);
    expect(nanoUsd(saved.lines.find(({ label }) => label === 'shop')?.values[0] ?? 0)).toBe(nanoUsd(firstHour.saving));
    expect(nanoUsd(premium.lines.find(({ label }) => label === 'shop')?.values[0] ?? 0)).toBe(
      nanoUsd(firstHour.premium),
    );
  });
});

describe('while CloudWatch does not take metrics', () => {
  it('is refused and goes on: the gauges are missing, the decisions are not', () => {
    expect(watched.puts.refused).toBe(8);
    const grown = watched.decisions.filter(
      ({ reason, sinceMs }) => reason === 'bridge_grown' && sinceMs >= at(242) && sinceMs < at(250),
    );
    expect(grown).toHaveLength(1);
  });

  it('decides nothing otherwise than where it takes them', async () => {
    const alike = watchVirtually(tour, options);
    const refusing = watchVirtually(tour, { ...options, takesMetrics: false });
    await alike.playTo(140);
    await refusing.playTo(140);
    expect(refusing.puts.taken).toBe(0);
    expect(refusing.decisions).toEqual(alike.decisions);
    expect(refusing.requests).toEqual(alike.requests);
    expect(alike.decisions.length).toBeGreaterThan(100);
  });
});
