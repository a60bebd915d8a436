import { acting, createCluster, createService } from '../../local/scenarios/stage.ts';
import { createWorld, type World } from '../../local/world/world.ts';

const startMs = Date.parse('2026-03-01T09:00:00Z');
const settleMs = 300_000;
const serviceCount = 200;
const tasksEach = 25;

export interface StagedTask {
  readonly taskArn: string;
  readonly serviceArn: string;
}

export interface Stage {
  readonly world: World;
  readonly clusterArn: string;
  readonly serviceArns: readonly string[];
  /** One of each service, then the next of each. */
  readonly tasks: readonly StagedTask[];
}

/** 200 services of 25 Spot tasks, all running: an account that is big, but not unheard of. */
export function createStage(): Stage {
  const world = createWorld({ seed: 3, startMs, switches: { throttling: false } });
  const clusterArn = createCluster(world, 'main');
  const serviceArns = Array.from({ length: serviceCount }, (_, index) =>
    createService(world, clusterArn, { name: `svc-${index}`, desiredCount: tasksEach, tags: acting }),
  );
  world.advanceTo(startMs + settleMs);
  const byService = serviceArns.map((serviceArn) => {
    const { taskArns } = world.call('ecs', 'ListTasks', { cluster: clusterArn, serviceName: nameOf(serviceArn) });
    return (Array.isArray(taskArns) ? taskArns : []).map(
      (taskArn): StagedTask => ({ taskArn: String(taskArn), serviceArn }),
    );
  });
  const tasks = Array.from({ length: tasksEach }, (_, row) => byService.map((column) => column[row])).flat();
  const present = tasks.filter((task) => task !== undefined);
  if (present.length !== serviceCount * tasksEach) throw new Error(`only ${present.length} tasks came up`);
  world.market.setCapacity('FARGATE_SPOT', 0);
  return { world, clusterArn, serviceArns, tasks: present };
}

export function nameOf(serviceArn: string): string {
  return serviceArn.slice(serviceArn.lastIndexOf('/') + 1);
}
