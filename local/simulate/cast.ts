import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { ServiceSetup } from '../scenarios/stage.ts';
import type { Switches } from '../world/switches.ts';
import { type Draw, drawOf } from './draw.ts';
import { ineligibleRole } from './ineligible.ts';

/** How Ballast has to treat a service at the beginning; people may change it by tags. */
export interface Role {
  readonly setup: ServiceSetup;
  readonly isPaused?: boolean;
  readonly hasTargetGroup: boolean;
  /** It can have neither a bridge nor another strategy. */
  readonly cannotBeHelped?: boolean;
}

export interface JobSetup {
  readonly family: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly startedBy?: string;
}

/** What a storm finds when it begins. */
export interface Cast {
  readonly roles: readonly Role[];
  readonly jobs: readonly JobSetup[];
  readonly switches: Switches;
  readonly stack: Partial<StackPolicy>;
  /** Whether Application Auto Scaling is registered for the service. */
  readonly scaled: readonly string[];
  /** The services have been up when Ballast comes; otherwise they are created as the storm begins. */
  readonly isUp: boolean;
}

const desiredCount = 20;

/** By the service's name: what is wanted of it beside what is drawn. */
export type Changes = Readonly<Record<string, Partial<ServiceSetup>>>;

export function drawCast(seed: number, changes: Changes = {}): Cast {
  const draw = drawOf(seed, 'cast');
  const common = (): Record<string, string> => ({
    'ballast:managed': 'true',
    'ballast:mode': 'act',
    'ballast:return-after': draw.pick(['1m', '90s', '2m']),
    'ballast:idle-bridge': draw.pick(['2m', '5m']),
    'ballast:launch-grace': draw.pick(['2m', '4m', '5m']),
    'ballast:deregister': draw.pick(['when-covered', 'when-covered', 'now', 'off']),
    ...(draw.chance(0.3) ? { 'ballast:checkpoint': draw.pick(['in-task', 'saver']) } : {}),
    ...(draw.chance(0.3) ? { 'ballast:priority': String(draw.between(0, 9)) } : {}),
  });
  const role = (name: string, tags: Record<string, string>, more: Partial<Role> = {}): Role => ({
    setup: {
      name,
      desiredCount,
      tags,
      stopTimeout: draw.pick([30, 120]),
      minimumHealthyPercent: 100,
      maximumPercent: draw.pick([150, 200]),
      ...(draw.chance(0.3) ? { circuitBreaker: { enable: true, rollback: draw.chance(0.5) } } : {}),
      strategy: mixOf(draw),
    },
    hasTargetGroup: draw.chance(0.6),
    ...more,
  });
  /** Those for which nothing is written: two of them a storm. */
  const bystanders: readonly [() => Role, ...(() => Role)[]] = [
    () =>
      role('watched', {
        ...common(),
        'ballast:mode': 'observe',
        ...(draw.chance(0.5) ? { 'ballast:fallback': 'strategy' } : {}),
      }),
    () => role('told', { ...common(), 'ballast:fallback': 'none' }),
    () => role('foreign', draw.chance(0.5) ? {} : { 'ballast:mode': 'act' }),
    () => role('halted', common(), { isPaused: true }),
  ];
  const first = draw.pick(bystanders);
  const second = draw.pick(bystanders.filter((one) => one !== first) as [() => Role]);
  return {
    roles: [
      role('web', { ...common(), ...capOf(draw) }, { hasTargetGroup: true }),
      role('api', { ...common(), ...capOf(draw), ...(draw.chance(0.3) ? { 'ballast:on-demand-floor': '2' } : {}) }),
      role('shop', {
        ...common(),
        'ballast:fallback': 'strategy',
        ...strategyTimes(draw.pick(['3m', '5m', '10m'])),
      }),
      first(),
      second(),
      ...ineligibleRole(seed),
    ].map((one) => ({ ...one, setup: changed(one.setup, changes) })),
    jobs: jobsOf(draw),
    switches: drawSwitches(drawOf(seed, 'switches')),
    stack: {
      ...(draw.chance(0.4) ? { stackMaxBridgeVcpu: draw.pick([2, 4, 8]) } : {}),
      ...(draw.chance(0.15) ? { ecsApiShare: draw.pick([10, 25, 100]) } : {}),
      hooks: { 'in-task': { waitMs: 15_000 }, saver: { lambda: 'saver', waitMs: 15_000 } },
    },
    scaled: ['web', 'api'].filter(() => draw.chance(0.3)),
    isUp: draw.chance(0.7),
  };
}

function changed(setup: ServiceSetup, changes: Changes): ServiceSetup {
  const change = changes[setup.name];
  return change === undefined ? setup : { ...setup, ...change, tags: { ...setup.tags, ...change.tags } };
}

function mixOf(draw: Draw): NonNullable<ServiceSetup['strategy']> {
  const spot = { capacityProvider: 'FARGATE_SPOT', weight: 1 };
  return draw.chance(0.75) ? [spot] : [{ capacityProvider: 'FARGATE', base: draw.between(1, 4), weight: 0 }, spot];
}

function capOf(draw: Draw): Record<string, string> {
  return draw.chance(0.5) ? {} : { 'ballast:max-bridge': draw.pick(['50pct', '6', '25pct', '12']) };
}

function jobsOf(draw: Draw): JobSetup[] {
  const resumed = { 'ballast:resume': 'true', ...(draw.chance(0.6) ? { 'ballast:checkpoint': 'in-task' } : {}) };
  return [
    { family: 'job-a', tags: resumed },
    draw.pick<JobSetup>([
      { family: 'job-b', tags: { ...resumed, 'ballast:max-resumes': String(draw.between(1, 3)) } },
      { family: 'job-plain', tags: {} },
      { family: 'job-owned', tags: resumed, startedBy: 'AWS Step Functions' },
    ]),
  ];
}

/** Whatever AWS does not promise, drawn over its whole range. */
function drawSwitches(draw: Draw): Switches {
  const lagMax = draw.pick([2_000, 10_000, 30_000, 60_000]);
  const launchMin = draw.between(20, 60) * 1_000;
  return {
    eventLagMs: [draw.between(0, Math.min(2_000, lagMax)), lagMax],
    sigtermBeforeNoticeMs: draw.pick([0, 0, 2_000, 10_000]),
    exitAfterSigtermMs: [1_000, draw.pick([5_000, 20_000, 100_000])],
    stopTimeoutMs: draw.pick([30_000, 120_000]),
    launchToHealthyMs: [launchMin, draw.between(launchMin / 1_000, 180) * 1_000],
    placementBackoffMs: [draw.pick([5_000, 10_000, 20_000]), draw.pick([60_000, 120_000, 240_000])],
    describeLagMs: draw.pick([0, 0, 1_000, 5_000, 10_000]),
    runningCountIncludesNoticed: draw.chance(0.5),
    pendingCountIncludesProvisioning: draw.chance(0.5),
    omitStopCode: draw.chance(0.3),
    omitStoppedReason: draw.chance(0.3),
    omitGroup: draw.chance(0.2),
    omitCapacityProviderName: draw.chance(0.2),
    ecsDeregistersOnSpot: draw.chance(0.5),
    throttling: draw.chance(0.8),
    startBackoffMs: [draw.pick([5_000, 10_000, 20_000]), draw.pick([60_000, 300_000, 27 * 60_000])],
    startImpairedAfter: draw.pick([2, 3, 5, 10]),
    breakerCountsSpot: draw.chance(0.5),
    breakerCountsExits: draw.chance(0.5),
    deploymentFailedAsServiceAction: draw.chance(0.5),
  };
}

/** A shift that has to stay no longer than the cool-down puts the cool-down to the test. */
function strategyTimes(cooldown: string): Readonly<Record<string, string>> {
  return { 'ballast:cooldown': cooldown, 'ballast:stay-shifted': cooldown };
}
