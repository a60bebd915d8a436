import { isBridgeName } from '../../../shared/decisions/bridge-request.ts';
import { actsAt, heldWithin, type Invariant, isPausedAt, type Scene, type Write, writeOf } from '../scene.ts';
import { strategyText, type TrueService } from '../truth.ts';

/** From the reads that a decision rests on to its last write, with a call that hangs. */
const decisionMs = 15_000;

/** Whose leave it takes to write there. */
function ownerOf({ truth }: Scene, target: string): TrueService | undefined {
  const service = truth.byName(target);
  return service?.bridgeOf === undefined ? service : truth.byName(service.bridgeOf);
}

function sinceMs({ world, cast }: Scene): number {
  return world.nowMs - decisionMs - cast.switches.describeLagMs;
}

/** Whether the write only gives back or takes away what is ours. */
function endsOurs({ truth }: Scene, { target, action, desiredCount, input }: Write): boolean {
  const service = truth.byName(target);
  if (service === undefined) return false;
  if (isBridgeName(target)) {
    return (
      action === 'DeleteService' || (action === 'UpdateService' && (desiredCount ?? Infinity) <= service.desiredBefore)
    );
  }
  return action === 'StopServiceDeployment' || isOriginal(service, input.capacityProviderStrategy);
}

function isOriginal({ ownStrategies }: TrueService, written: unknown): boolean {
  return ownStrategies.includes(strategyText(written));
}

export const handsOff: Invariant = {
  name: 'hands-off',
  says: 'unmanaged and observing services are never written; what is ours may be given back',
  watch(scene, violated) {
    return {
      aws({ service, action, input, error }) {
        const write = writeOf(service, action, input);
        if (write === undefined || error !== undefined || action === 'RunTask') return;
        const { nowMs } = scene.world;
        const primary = action === 'CreateService' ? primaryOf(scene, input) : ownerOf(scene, write.target);
        if (primary === undefined) return violated(`${action} of ${write.target}, which is nobody's we know`);
        if (heldWithin(primary.tags, sinceMs(scene), nowMs, (atMs) => actsAt(primary, atMs))) return;
        if (!endsOurs(scene, write))
          violated(`${action} of ${write.target} while ${primary.name} is not ours to act for`);
      },
    };
  },
};

/** Whose bridge is asked for. */
export function primaryOf({ truth }: Scene, input: Readonly<Record<string, unknown>>): TrueService | undefined {
  const tags = Array.isArray(input.tags) ? input.tags : [];
  return truth.byName(tags.find(({ key }) => key === 'ballast:bridge-of')?.value);
}

export const pauseHolds: Invariant = {
  name: 'pause-holds',
  says: 'while a person has paused a service, or everything, nothing is written for it; only a return may be asked for',
  watch(scene, violated) {
    return {
      aws({ service, action, input, error }) {
        const write = writeOf(service, action, input);
        if (write === undefined || error !== undefined) return;
        const { nowMs } = scene.world;
        const all = scene.truth.pausesOfAll;
        const fromMs = sinceMs(scene);
        if (action === 'RunTask') {
          const free = heldWithin(
            all,
            fromMs,
            nowMs,
            (atMs) => all.findLast((one) => one.atMs <= atMs)?.isPaused !== true,
          );
          if (!free) violated('RunTask while everything is paused');
          return;
        }
        const primary = action === 'CreateService' ? primaryOf(scene, input) : ownerOf(scene, write.target);
        if (primary === undefined) return;
        const changes = [...primary.pauses, ...all];
        if (heldWithin(changes, fromMs, nowMs, (atMs) => !isPausedAt(primary, all, atMs))) return;
        if (primary.returnAsked && endsOurs(scene, write)) return;
        violated(`${action} of ${write.target} while ${primary.name} is paused`);
      },
    };
  },
};

export const desiredNeverLowered: Invariant = {
  name: 'desired-never-lowered',
  says: "no write of ours changes a service's own desiredCount, up or down",
  watch: ({ truth }, violated) => ({
    aws({ service, action, input, error }) {
      const write = writeOf(service, action, input);
      if (write === undefined || error !== undefined || isBridgeName(write.target)) return;
      if (action === 'DeleteService') violated(`DeleteService of ${write.target}`);
      if (action !== 'UpdateService' || write.desiredCount === undefined) return;
      violated(
        `UpdateService of ${write.target} with desiredCount ${write.desiredCount}, was ${truth.byName(write.target)?.desired}`,
      );
    },
  }),
};

export const targetGroupKept: Invariant = {
  name: 'target-group-kept',
  says: 'a target group is never emptied by us; `when-covered` leaves half of the wanted targets healthy',
  watch(scene, violated) {
    const reads = new Map<unknown, { readonly atMs: number; readonly healthy: readonly string[] }>();
    return {
      aws({ action, input, answer, error }) {
        if (error !== undefined) return;
        if (action === 'DescribeTargetHealth')
          reads.set(input.TargetGroupArn, { atMs: scene.world.nowMs, healthy: healthyIn(answer) });
        if (action !== 'DeregisterTargets') return;
        const name = String(input.TargetGroupArn).split('/').at(-2);
        const service = scene.truth.byName(name);
        if (service === undefined) return violated(`targets of ${name} deregistered, which is nobody's we know`);
        const now = healthyIn(
          scene.world.call('elasticloadbalancing', 'DescribeTargetHealth', { TargetGroupArn: input.TargetGroupArn }),
        );
        // Another target may go between the last look and the call, whoever makes it.
        const read = reads.get(input.TargetGroupArn);
        const isFresh = scene.world.nowMs - (read?.atMs ?? 0) < lookedMs;
        const taken = JSON.stringify(input.Targets);
        const seen = isFresh ? (read?.healthy ?? []).filter((id) => !taken.includes(`"${id}"`)) : [];
        const left = Math.max(now.length, seen.length);
        const tag = service.tags.at(-1)?.tags.get('ballast:deregister');
        const needed = tag === 'now' ? 1 : Math.max(1, Math.ceil(service.desired / 2) - racingTargets);
        if (left < needed) violated(`${left} healthy targets of ${name} are left of ${service.desired}`);
      },
    };
  },
};

/** From the look to the call that it is for. */
const lookedMs = 1_000;

function healthyIn(answer: unknown): string[] {
  const { TargetHealthDescriptions: all } = answer as { readonly TargetHealthDescriptions?: unknown };
  return (Array.isArray(all) ? all : [])
    .filter(({ TargetHealth }) => TargetHealth.State === 'healthy')
    .map(({ Target }) => String(Target.Id));
}

/** Targets may end between the read and the write that rests on it. */
const racingTargets = 4;
