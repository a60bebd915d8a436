import type { Ledger } from '../../shared/ports/ledger.ts';
import { createCluster, createService, network, registerTask } from '../scenarios/stage.ts';
import { createWorld, type World } from '../world/world.ts';
import type { Cast, Role } from './cast.ts';
import type { Truth } from './truth.ts';
import { createTruth } from './truth.ts';

/** 2026-03-01T08:00:00Z, as the scenarios have it. */
export const stormStartMs = Date.UTC(2026, 2, 1, 8);
/** Long enough for every task to come up, and for the last to have been told of. */
const comingUpMs = 300_000;
const clusterName = 'main';

/** The account as its people see it, and what they do to it. */
export interface Stage {
  readonly world: World;
  readonly clusterArn: string;
  readonly truth: Truth;
  readonly ledger: Ledger;
  /** Actions that the functions' role is denied. */
  readonly denied: Set<string>;
  /** A person's call. */
  person(action: string, input: Readonly<Record<string, unknown>>): void;
}

export function openWorld(seed: number, cast: Cast): World {
  const startMs = cast.isUp ? stormStartMs - comingUpMs : stormStartMs;
  return createWorld({ seed, startMs, toldFromMs: stormStartMs, switches: cast.switches });
}

/** A person makes a service. */
export function beginService(
  { world, clusterArn, truth }: Pick<Stage, 'world' | 'clusterArn' | 'truth'>,
  { setup, hasTargetGroup }: Pick<Role, 'setup' | 'hasTargetGroup'>,
): void {
  const targetGroupArn = hasTargetGroup ? world.createTargetGroup(setup.name) : undefined;
  const arn = createService(world, clusterArn, {
    ...setup,
    ...(targetGroupArn === undefined ? {} : { targetGroupArn }),
  });
  truth.began(setup, arn, targetGroupArn);
}

export function setStage(world: World, cast: Cast, ledger: Ledger): Stage {
  const clusterArn = createCluster(world, clusterName);
  const truth = createTruth(world, clusterArn);
  for (const role of cast.roles) beginService({ world, clusterArn, truth }, role);
  for (const name of cast.scaled) {
    world.call('application-autoscaling', 'RegisterScalableTarget', {
      ServiceNamespace: 'ecs',
      ResourceId: `service/${clusterName}/${name}`,
      ScalableDimension: 'ecs:service:DesiredCount',
      MinCapacity: 1,
      MaxCapacity: 60,
    });
  }
  for (const { family, tags, startedBy } of cast.jobs) {
    const input = {
      cluster: clusterArn,
      taskDefinition: registerTask(world, family, { tags, stopTimeout: 60 }),
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
      networkConfiguration: network,
    };
    if (startedBy === undefined) world.call('ecs', 'RunTask', input);
    else world.runTaskAs(startedBy, input);
  }
  world.advanceTo(stormStartMs);
  return {
    world,
    clusterArn,
    truth,
    ledger,
    denied: new Set(),
    person(action, input) {
      const full = input.resourceArn === undefined ? { cluster: clusterArn, ...input } : input;
      try {
        world.call('ecs', action, full);
      } catch {
        // What AWS refuses a person is nobody's concern: a service is gone, a deployment is under way.
        return;
      }
      truth.written(action, full, true);
    },
  };
}
