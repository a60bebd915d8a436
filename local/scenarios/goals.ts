import { isBridgeName } from '../../shared/decisions/bridge-request.ts';
import type { DecisionRecord, Reason } from '../../shared/decisions/plan.ts';
import { nameOfArn } from '../../shared/events/arn.ts';
import type { AwsRequest } from '../virtual/virtual-region.ts';
import type { Step } from '../world/figures.ts';
import type { EventBridgeEvent } from '../world/world.ts';
import type { Goal, Outcome } from './outcome.ts';
import { scenarioStartMs } from './scenario.ts';

export function atMost(goal: string, measured: number, bound: number, unit = ''): Goal {
  return { goal: `${goal} ≤ ${bound}${unit}`, measured: `${round(measured)}${unit}`, met: measured <= bound };
}

export function atLeast(goal: string, measured: number, bound: number, unit = ''): Goal {
  return { goal: `${goal} ≥ ${bound}${unit}`, measured: `${round(measured)}${unit}`, met: measured >= bound };
}

export function exactly(goal: string, measured: number | string, wanted: number | string): Goal {
  return { goal: `${goal} = ${wanted}`, measured: String(measured), met: measured === wanted };
}

/** Two lists of names that have to be the same, in any order. */
export function theSame(goal: string, measured: readonly string[], wanted: readonly string[]): Goal {
  const missing = wanted.filter((one) => !measured.includes(one)).length;
  const foreign = measured.filter((one) => !wanted.includes(one)).length;
  return {
    goal,
    measured: `${wanted.length - missing} of ${wanted.length}, ${foreign} others`,
    met: missing === 0 && foreign === 0,
  };
}

/** A number for people who should know it; there is no bound. */
export function told(what: string, measured: string): Goal {
  return { goal: what, measured, met: true };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Writes to ECS that name the service or one of its bridges, in order. */
export function writesTo(outcome: Outcome, match: (serviceName: string) => boolean): AwsRequest[] {
  return outcome.writes.filter(({ service, input }) => {
    const name = String(input.serviceName ?? input.service ?? '');
    return service === 'ecs' && match(name.slice(name.lastIndexOf('/') + 1));
  });
}

export const isBridgeOf = (primary: string) => (name: string) => new RegExp(`^ballast-${primary}-g\\d+$`).test(name);

/** Desired counts as they were asked of a bridge: from, to, when. Deletions are left out. */
export function bridgeMoves(outcome: Outcome, primary: string) {
  const moves: { readonly atMs: number; readonly bridge: string; readonly from: number; readonly to: number }[] = [];
  const desired = new Map<string, number>();
  for (const { atMs, action, input } of writesTo(outcome, isBridgeOf(primary))) {
    if (action === 'DeleteService') continue;
    const bridge = String(input.serviceName ?? input.service ?? '');
    const to = Number(input.desiredCount);
    moves.push({ atMs, bridge, from: desired.get(bridge) ?? 0, to });
    desired.set(bridge, to);
  }
  return moves;
}

/** The shortest time between two writes of the same bridge; its deletion is one of them. */
export function shortestWriteGapMs(outcome: Outcome, primary: string): number {
  const last = new Map<string, number>();
  let shortest = Number.POSITIVE_INFINITY;
  for (const { atMs, input } of writesTo(outcome, isBridgeOf(primary))) {
    const bridge = String(input.serviceName ?? input.service ?? '');
    shortest = Math.min(shortest, atMs - (last.get(bridge) ?? Number.NEGATIVE_INFINITY));
    last.set(bridge, atMs);
  }
  return shortest;
}

/** The most changes between growing and returning within any ten minutes. */
export function mostTurnsInTenMinutes(outcome: Outcome, primary: string): number {
  const turns: number[] = [];
  let direction = 0;
  for (const { atMs, from, to } of bridgeMoves(outcome, primary)) {
    const next = Math.sign(to - from);
    if (next === 0) continue;
    if (direction !== 0 && next !== direction) turns.push(atMs);
    direction = next;
  }
  return Math.max(0, ...turns.map((start) => turns.filter((at) => at >= start && at < start + 600_000).length));
}

/** How far any purchase went beyond what the service lacked at that moment by the truth of the world. */
export function mostBoughtTooMuch(outcome: Outcome, primary: string, steps: readonly Step[]): number {
  return Math.max(
    0,
    ...bridgeMoves(outcome, primary)
      .filter(({ from, to }) => to > from)
      .map(({ atMs, to }) => to - stepAt(steps, atMs).missing),
  );
}

/** How far the bridge was ever above the most that the service had lacked within so long. */
export function mostAboveRecentNeed(steps: readonly Step[], withinMs: number): number {
  return Math.max(
    0,
    ...steps.map(({ atMs, bridgeDesired }) => {
      const since = steps.filter((step, index) => {
        const untilMs = steps[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
        return step.atMs <= atMs && untilMs >= atMs - withinMs;
      });
      return bridgeDesired - Math.max(0, ...since.map(({ missing }) => missing));
    }),
  );
}

/** What held at that moment. */
export function stepAt(steps: readonly Step[], atMs: number): Step {
  const step = steps.findLast((one) => one.atMs <= atMs) ?? steps[0];
  if (step === undefined) throw new Error('nothing was recorded');
  return step;
}

/** Task-seconds that the service and its bridge served below what `needed` says, between two moments. */
export function taskSecondsBelow(
  steps: readonly Step[],
  needed: (step: Step) => number,
  fromMs: number,
  toMs: number,
): number {
  let sum = 0;
  steps.forEach((step, index) => {
    const start = Math.max(fromMs, step.atMs);
    const end = Math.min(toMs, steps[index + 1]?.atMs ?? toMs);
    if (end > start) sum += Math.max(0, needed(step) - step.serving) * ((end - start) / 1000);
  });
  return sum;
}

/** The most tasks by which what was served was ever below what `needed` says, between two moments. */
export function mostBelow(
  steps: readonly Step[],
  needed: (step: Step) => number,
  fromMs: number,
  toMs: number,
): number {
  // What held at the first moment began earlier, when something else may have been needed.
  const within = stepsBetween(steps, fromMs, toMs).map((step) => ({ ...step, atMs: Math.max(fromMs, step.atMs) }));
  return Math.max(0, ...within.map((step) => needed(step) - step.serving));
}

/** The longest stretch without a break, in seconds, for which it held between two moments. */
export function longestSeconds(
  steps: readonly Step[],
  holds: (step: Step) => boolean,
  fromMs: number,
  toMs: number,
): number {
  let longestMs = 0;
  let sinceMs: number | undefined;
  steps.forEach((step, index) => {
    const start = Math.max(fromMs, step.atMs);
    const end = Math.min(toMs, steps[index + 1]?.atMs ?? toMs);
    if (end <= start) return;
    sinceMs = holds(step) ? (sinceMs ?? start) : undefined;
    if (sinceMs !== undefined) longestMs = Math.max(longestMs, end - sinceMs);
  });
  return longestMs / 1000;
}

/** The first moment from then on at which it held; infinity where it never did. */
export function firstAtMs(steps: readonly Step[], holds: (step: Step) => boolean, fromMs: number): number {
  const first = steps.find((step, index) => (steps[index + 1]?.atMs ?? fromMs + 1) > fromMs && holds(step));
  return first === undefined ? Number.POSITIVE_INFINITY : Math.max(fromMs, first.atMs);
}

/** The steps of a service between two moments, with what held at the first. */
export function stepsBetween(steps: readonly Step[], fromMs: number, toMs: number): Step[] {
  return [stepAt(steps, fromMs), ...steps.filter(({ atMs }) => atMs > fromMs && atMs < toMs)];
}

/** Names of the bridges that are left in the end. */
export function bridgesLeft({ world, cast }: Outcome): string[] {
  const { serviceArns } = world.call('ecs', 'ListServices', { cluster: cast.clusterArn, maxResults: 100 });
  const names = (Array.isArray(serviceArns) ? serviceArns : []).map((arn) => nameOfArn(String(arn)));
  return names.filter((name) => isBridgeName(name));
}

/** What was asked of a service's bridge, for people: the second, and the desired count from then on. */
export function toldBridge(outcome: Outcome, primary: string): Goal {
  const moves = bridgeMoves(outcome, primary).map(({ atMs, to }) => `${secondOf(atMs)} s → ${to}`);
  return told(`bridge of ${primary}`, moves.join(', ') || 'none');
}

/** How often a service's bridge was moved to another task definition, and which it was given last. */
export function revisionsOfBridge(
  outcome: Outcome,
  primary: string,
): { readonly moves: number; readonly last: string } {
  let moves = 0;
  let last = 'none';
  for (const { action, input } of writesTo(outcome, isBridgeOf(primary))) {
    if (input.taskDefinition === undefined) continue;
    if (action === 'UpdateService') moves += 1;
    last = nameOfArn(String(input.taskDefinition));
  }
  return { moves, last };
}

/** The first event of each task that tells of its Spot notice, in order of arrival. */
export function noticesOf(outcome: Outcome) {
  const told = new Map<string, { readonly atMs: number; readonly taskArn: string; readonly event: EventBridgeEvent }>();
  for (const { atMs, event } of outcome.events) {
    const taskArn = String(event.detail.taskArn);
    if (event.detail.stopCode === 'SpotInterruption' && !told.has(taskArn)) told.set(taskArn, { atMs, taskArn, event });
  }
  return [...told.values()];
}

export function taskIdOf(taskArn: string): string {
  return nameOfArn(taskArn);
}

/** Instance and host port of every task that got a notice, in order. */
export function noticedTargets(outcome: Outcome): string[] {
  const { world, cast } = outcome;
  return noticesOf(outcome)
    .flatMap(({ event: { detail } }) => {
      const asked = { cluster: cast.clusterArn, containerInstances: [String(detail.containerInstanceArn)] };
      const [instance] = listIn(world.call('ecs', 'DescribeContainerInstances', asked), 'containerInstances');
      return listIn(detail, 'containers').flatMap((container) =>
        listIn(container, 'networkBindings').map(({ hostPort }) => `${instance?.ec2InstanceId}:${hostPort}`),
      );
    })
    .sort();
}

/** What was taken out of target groups, call by call. */
export function deregisteredTargets(outcome: Outcome) {
  return outcome.writes
    .filter(({ action }) => action === 'DeregisterTargets')
    .map(({ atMs, input }) => ({
      atMs,
      targetGroupArn: String(input.TargetGroupArn),
      targets: listIn(input, 'Targets').map(({ Id, Port }) => `${Id}:${Port}`),
    }));
}

/** The fewest healthy tasks of both without a notice at any of these moments. */
export function othersAtRelease(steps: readonly Step[], releases: readonly { readonly atMs: number }[]): number {
  return Math.min(
    ...releases.map(({ atMs }) => {
      const { staying, bridgeServing } = stepAt(steps, atMs);
      return staying + bridgeServing;
    }),
  );
}

/** The fewest running tasks of both without a notice at any of these moments: AWS Cloud Map knows them from then on. */
export function registeredOthersAtRelease(
  steps: readonly Step[],
  releases: readonly { readonly atMs: number }[],
): number {
  return Math.min(
    ...releases.map(({ atMs }) => {
      const { running, bridgeRunning } = stepAt(steps, atMs);
      return running + bridgeRunning;
    }),
  );
}

function listIn(value: Readonly<Record<string, unknown>>, member: string): Record<string, unknown>[] {
  const list = value[member];
  return Array.isArray(list) ? list : [];
}

/** Decisions about a service that gave this reason. */
export function decidedFor(outcome: Outcome, serviceName: string, reason: Reason): DecisionRecord[] {
  return outcome.decisions.filter((one) => nameOfArn(one.serviceArn) === serviceName && one.reason === reason);
}

/** Seconds since the scenario began. */
export function secondOf(atMs: number): number {
  return Math.round((atMs - scenarioStartMs) / 1000);
}

/** Every change of a service, from its beginning. */
export function stepsOf(outcome: Outcome, name: string): readonly Step[] {
  const steps = outcome.steps.get(name);
  if (steps === undefined) throw new Error(`${name} was not recorded`);
  return steps;
}

/** The share-th smallest of the values, by nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
