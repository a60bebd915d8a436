import type { AppliedCommand, DecisionRecord, TargetCommand } from '../../shared/decisions/plan.ts';
import { openNotices, planTargets } from '../../shared/decisions/targets.ts';
import type { LoadBalancers } from '../../shared/ports/load-balancers.ts';
import type { ServiceRegistries } from '../../shared/ports/service-registries.ts';
import type { Considered } from './considered.ts';
import { registeredTargets, type TargetPorts } from './registered-targets.ts';

export interface ReleaseDeps extends TargetPorts {
  readonly loadBalancers: LoadBalancers;
  readonly serviceRegistries: ServiceRegistries;
}

export interface Released {
  readonly told: NonNullable<DecisionRecord['targets']>;
  /** Task ids that are looked after. */
  readonly done: readonly string[];
  readonly wakeAtMs?: number;
}

const retryMs = 10_000;

/**
 * Takes the targets of tasks under a live notice out of their load balancers and registries. Whatever goes wrong here
 * is told and tried again; it never reaches the decision about capacity, which was carried out before. The service's own
 * mode counts: taking down the bridge of one that observes is no leave to touch its targets.
 * @returns `undefined` where there is nothing to look after.
 */
export async function releaseTargets(deps: ReleaseDeps, one: Considered, nowMs: number): Promise<Released | undefined> {
  const { facts, outcome } = one;
  const { primary } = facts;
  if (primary === undefined || facts.paused || !hasOpenTargets(one, nowMs) || !outcome.ok) return undefined;
  try {
    const open = openNotices(facts, nowMs);
    const registered = await registeredTargets(deps, facts.clusterArn, primary, open);
    const wanted = Math.max(one.plan.figures?.wanted ?? 0, primary.desiredCount);
    const plan = planTargets(facts, outcome.policy, registered, wanted, nowMs);
    const applied = await Promise.all(plan.commands.map((command) => apply(deps, command, outcome.policy.mode)));
    const failed = applied.some(({ result }) => result === 'failed');
    return {
      told: { reason: plan.reason, explanation: plan.explanation, applied },
      done: failed ? [] : plan.done,
      ...(failed || plan.wakeAtMs !== undefined ? { wakeAtMs: plan.wakeAtMs ?? nowMs + retryMs } : {}),
    };
  } catch (error) {
    return {
      told: { reason: 'targets_unreadable', explanation: textOf(error), applied: [] },
      done: [],
      wakeAtMs: nowMs + retryMs,
    };
  }
}

/** A live notice of a managed service behind a load balancer or in a registry, not looked after yet. */
function hasOpenTargets({ facts, outcome }: Pick<Considered, 'facts' | 'outcome'>, nowMs: number): boolean {
  const { primary } = facts;
  if (primary === undefined || !outcome.ok || !outcome.policy.managed || outcome.policy.deregister === 'off') {
    return false;
  }
  const registersSomewhere = primary.serviceRegistries.length > 0 || primary.loadBalancers.length > 0;
  return registersSomewhere && openNotices(facts, nowMs).length > 0;
}

async function apply(
  deps: ReleaseDeps,
  command: TargetCommand,
  mode: 'act' | 'observe',
): Promise<AppliedCommand<TargetCommand>> {
  if (mode === 'observe') return { command, result: 'observed' };
  try {
    if (command.kind === 'DeregisterTargets') {
      await deps.loadBalancers.deregisterTargets(command.targetGroupArn, command.targets);
    } else {
      await deps.serviceRegistries.deregisterInstance(command.registryArn, command.instanceId);
    }
    return { command, result: 'applied' };
  } catch (error) {
    return { command, result: 'failed', error: textOf(error) };
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
