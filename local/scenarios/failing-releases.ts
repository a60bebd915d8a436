import type { BusEvent } from '../../shared/ports/bus.ts';
import type { Failure } from '../world/failure.ts';
import { rngOf } from '../world/rng.ts';
import type { World } from '../world/world.ts';
import type { Cast } from './cast.ts';
import { exactly, theSame, told, writesTo } from './goals.ts';
import type { Goal, Outcome } from './outcome.ts';
import { minute, type Scenario } from './scenario.ts';
import { acting, createCluster, createService, deployRevision, type ServiceSetup } from './stage.ts';

/**
 * Every way in which a release fails, side by side, while Spot has plenty: what is diagnosed, and what is done about it.
 * Each event comes three times, in any order.
 */

interface Release {
  readonly name: string;
  readonly setup?: Omit<ServiceSetup, 'name' | 'desiredCount'>;
  readonly behindTargetGroup?: true;
  /** What is wrong with it; nothing where something else stops it. */
  readonly failure?: Failure;
  /** Two minutes into the release. */
  readonly also?: (world: World, serviceArn: string) => void;
  /** Class, cause and answer of its one diagnosis; none where the release is good. */
  readonly diagnosed?: readonly [failureClass: string, cause: string, answer: string];
  /** StopServiceDeployment by us. */
  readonly rollbacks?: 1;
  /** The revision that runs in the end. */
  readonly endsAs: 1 | 2 | 'either';
}

const breaker = { circuitBreaker: { enable: true, rollback: true } };
const rollbackFailed = { tags: { ...acting, 'ballast:rollback-failed': 'true' } };
const crash: Failure = { kind: 'crash', afterSeconds: 5, exitCode: 3 };

const releases: readonly Release[] = [
  { name: 'good', endsAs: 2 },
  {
    name: 'image-breaker',
    setup: breaker,
    failure: { kind: 'image' },
    diagnosed: ['image', 'pull_not_found', 'ecs_rolled_back'],
    endsAs: 1,
  },
  {
    name: 'image-policy',
    setup: rollbackFailed,
    failure: { kind: 'image', cause: 'platform' },
    diagnosed: ['image', 'platform', 'rolled_back'],
    rollbacks: 1,
    endsAs: 1,
  },
  {
    name: 'image-told',
    failure: { kind: 'image' },
    diagnosed: ['image', 'pull_not_found', 'rollback_not_opted_in'],
    endsAs: 'either',
  },
  {
    name: 'secret',
    setup: rollbackFailed,
    failure: { kind: 'configuration' },
    diagnosed: ['configuration', 'role', 'rolled_back'],
    rollbacks: 1,
    endsAs: 1,
  },
  // Nothing tells of this one: its tasks reach RUNNING, so ECS does not even call it impaired.
  {
    name: 'crash',
    failure: crash,
    diagnosed: ['application', 'crash_loop', 'rollback_not_opted_in'],
    endsAs: 'either',
  },
  {
    name: 'memory',
    setup: rollbackFailed,
    failure: { kind: 'out_of_memory' },
    diagnosed: ['application', 'out_of_memory', 'rolled_back'],
    rollbacks: 1,
    endsAs: 1,
  },
  {
    name: 'target-health',
    behindTargetGroup: true,
    setup: breaker,
    failure: { kind: 'target_health', code: '502' },
    diagnosed: ['health-check', 'elb', 'ecs_rolled_back'],
    endsAs: 1,
  },
  {
    name: 'container-health',
    setup: rollbackFailed,
    failure: { kind: 'container_health' },
    diagnosed: ['health-check', 'container', 'rolled_back'],
    rollbacks: 1,
    endsAs: 1,
  },
  {
    name: 'alarm',
    setup: { deploymentConfiguration: { alarms: { alarmNames: ['web-5xx'], enable: true, rollback: true } } },
    // It comes up too slowly to be through before the alarm.
    failure: { kind: 'container_health' },
    also: (world) => world.setAlarm('web-5xx', 'ALARM'),
    diagnosed: ['alarm', 'alarm', 'ecs_rolled_back'],
    endsAs: 1,
  },
  {
    name: 'hook',
    setup: { deploymentConfiguration: { strategy: 'BLUE_GREEN' } },
    failure: { kind: 'container_health' },
    also: (world, arn) => world.failHook(arn, { lifecycleStage: 'POST_TEST_TRAFFIC_SHIFT' }),
    diagnosed: ['hook', 'hook_failed', 'ecs_rolled_back'],
    endsAs: 1,
  },
];

const desiredCount = 4;
const releaseAt = 5;
const end = 60;

function setUp(world: World): Cast {
  const clusterArn = createCluster(world, 'main');
  const services = releases.map(({ name, setup, behindTargetGroup }) => {
    const targetGroupArn = behindTargetGroup === true ? world.createTargetGroup(name) : undefined;
    const arn = createService(world, clusterArn, {
      tags: acting,
      ...setup,
      name,
      desiredCount,
      ...(targetGroupArn === undefined ? {} : { targetGroupArn }),
    });
    return { name, arn, role: 'bridge', ...(targetGroupArn === undefined ? {} : { targetGroupArn }) };
  });
  return { clusterArn, services };
}

/** Some seconds to some minutes late, by the event's own id. */
function lateBy(eventId: string, delivery: number, mostMs: number): number {
  return Math.floor(rngOf(6, `${eventId}/${delivery}`).next() * mostMs);
}

export const failingReleases: Scenario = {
  name: 'failing-releases',
  summary: `${releases.length} releases, ${releases.length - 1} of which fail in ways of their own; every event comes thrice`,
  seed: 6,
  switches: { deploymentFailedAsServiceAction: true },
  durationMs: end * minute,
  setUp,
  deliveries: (event) => [lateBy(event.id, 0, 4_000), lateBy(event.id, 1, 30_000), lateBy(event.id, 2, 240_000)],
  acts: [
    {
      atMs: releaseAt * minute,
      title: `${releases.length} releases at once`,
      run: (world, { clusterArn }) => {
        for (const { name, failure } of releases) {
          const taskDefinition = deployRevision(world, clusterArn, name);
          if (failure !== undefined) world.failTaskDefinition(taskDefinition, failure);
        }
      },
    },
    {
      atMs: (releaseAt + 2) * minute,
      title: 'what else goes wrong',
      run: (world, { services }) => {
        for (const { name, also } of releases) {
          const arn = services.find((service) => service.name === name)?.arn;
          if (arn !== undefined) also?.(world, arn);
        }
      },
    },
  ],
  goals: (outcome) => [
    ...releases.map((release) => diagnosisGoal(outcome, release)),
    ...releases.map(({ name, rollbacks = 0 }) =>
      exactly(`${name}: rollbacks asked for`, rollbacksOf(outcome, name), rollbacks),
    ),
    ...releases.flatMap((release) => endGoal(outcome, release)),
    exactly('writes to the services themselves', writesTo(outcome, isOurs).length, 0),
    exactly('dead letters', outcome.deadLetters.length, 0),
    ...releases
      .filter(({ diagnosed }) => diagnosed !== undefined)
      .map(({ name }) => told(name, String(diagnosesOf(outcome, name)[0]?.detail.text ?? '').replaceAll('\n', ' | '))),
  ],
};

const isOurs = (name: string): boolean => releases.some((release) => release.name === name);

function diagnosisGoal(outcome: Outcome, { name, diagnosed }: Release): Goal {
  const said = diagnosesOf(outcome, name).map(({ detail }) => {
    const {
      class: failureClass,
      cause,
      answer,
    } = detail as { class: string; cause: string; answer: { reason: string } };
    return `${failureClass}/${cause}: ${answer.reason}`;
  });
  const wanted = diagnosed === undefined ? [] : [`${diagnosed[0]}/${diagnosed[1]}: ${diagnosed[2]}`];
  return theSame(`${name}: diagnosed`, said, wanted);
}

function endGoal(outcome: Outcome, { name, endsAs }: Release): Goal[] {
  if (endsAs === 'either') return [];
  const answer = outcome.world.call('ecs', 'DescribeServices', { cluster: 'main', services: [name] });
  const [service] = answer.services as { deployments: { taskDefinition: string; rolloutState: string }[] }[];
  const shown = service?.deployments.map(
    ({ taskDefinition, rolloutState }) =>
      `${taskDefinition.slice(taskDefinition.lastIndexOf('/') + 1)} ${rolloutState}`,
  );
  return [theSame(`${name}: in the end`, shown ?? [], [`${name}:${endsAs} COMPLETED`])];
}

function diagnosesOf(outcome: Outcome, name: string): BusEvent[] {
  return outcome.busEvents
    .map(({ event }) => event)
    .filter(({ detailType, detail }) => detailType === 'Deployment Diagnosed' && detail.serviceName === name);
}

function rollbacksOf({ calls }: Outcome, name: string): number {
  return calls.filter(
    ({ action, input }) =>
      action === 'StopServiceDeployment' && String(input.serviceDeploymentArn).includes(`/main/${name}/`),
  ).length;
}
