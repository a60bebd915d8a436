import { bridgeDemand } from '../../shared/decisions/bridge.ts';
import { bridgeVisibleMs } from '../../shared/decisions/bridge-end.ts';
import { allocate, type BudgetEntry, budgetLimitVcpu } from '../../shared/decisions/budget.ts';
import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { Fleet, Ledger } from '../../shared/ports/ledger.ts';
import { type Considered, consider } from './considered.ts';

export interface AffordDeps {
  readonly ledger: Pick<Ledger, 'readFleet' | 'saveBudget'>;
  readonly stackPolicy: StackPolicy;
}

/** Other environments write the budget too; whoever loses so often asks again a moment later. */
const triesMax = 4;
/** A task whose size no event has told. */
const milliVcpuUnknown = 1_000;

/**
 * Fits the plans of a batch into the on-demand budget: all are planned without it, and those that want more than it
 * grants are planned again with what it does. Nothing is read or written where nothing limits.
 */
export async function afford(
  { ledger, stackPolicy }: AffordDeps,
  batch: readonly Considered[],
  fleet: Fleet,
  nowMs: number,
): Promise<Considered[]> {
  const limitVcpu = budgetLimitVcpu(stackPolicy, stackPolicy.onDemandVcpuQuota ?? fleet.onDemandVcpuQuota);
  if (limitVcpu === undefined) return [...batch];
  let { budget } = fleet;
  for (let tries = 1; tries <= triesMax; tries += 1) {
    const entries = new Map(budget.entries.map((entry) => [entry.serviceArn, entry]));
    for (const one of batch) {
      const { serviceArn } = one.facts;
      entries.set(serviceArn, demandOf(one, entries.get(serviceArn)?.held ?? 0, nowMs));
    }
    const granted = allocate(limitVcpu, [...entries.values()]);
    const planned = batch.map((one) => {
      const affordable = granted.get(one.facts.serviceArn) ?? 0;
      const entry = entries.get(one.facts.serviceArn);
      return entry === undefined || affordable >= entry.wanted ? one : again(one, affordable, stackPolicy, nowMs);
    });
    for (const one of planned) {
      const entry = entries.get(one.facts.serviceArn);
      if (entry !== undefined) entries.set(entry.serviceArn, afterwards(one, entry));
    }
    const after = [...entries.values()].filter(({ held, wanted }) => held > 0 || wanted > 0);
    if (sameEntries(after, budget.entries) || (await ledger.saveBudget(budget.version, after))) return planned;
    ({ budget } = await ledger.readFleet());
  }
  return batch.map((one) => again(one, one.facts.bridge?.desiredCount ?? 0, stackPolicy, nowMs));
}

function again(one: Considered, affordable: number, stackPolicy: StackPolicy, nowMs: number): Considered {
  return consider({ ...one, facts: { ...one.facts, affordable } }, stackPolicy, nowMs);
}

/** @param heldBefore by the budget: what was just written may not be visible yet. */
function demandOf({ facts, outcome, mode }: Considered, heldBefore: number, nowMs: number): BudgetEntry {
  const shown = facts.bridge?.desiredCount ?? 0;
  const writtenAtMs = facts.ledger.control.bridge?.lastWriteAtMs ?? 0;
  const held = nowMs - writtenAtMs < bridgeVisibleMs ? Math.max(shown, heldBefore) : shown;
  const wants =
    outcome.ok && outcome.policy.fallback === 'bridge' && outcome.policy.managed && mode === 'act' && !facts.paused;
  const cpu = Math.max(0, ...facts.ledger.tasks.map((task) => task.cpu ?? 0));
  return {
    serviceArn: facts.serviceArn,
    priority: outcome.ok ? outcome.policy.priority : 0,
    milliVcpu: cpu === 0 ? milliVcpuUnknown : Math.ceil((cpu * 1_000) / 1_024),
    held,
    wanted: wants ? Math.max(held, bridgeDemand(facts, outcome.policy, nowMs).wanted) : held,
  };
}

/** The entry once the plan is carried out; who gives back wants no more than what it keeps. */
function afterwards({ plan, mode }: Considered, entry: BudgetEntry): BudgetEntry {
  // What is only observed holds nothing.
  if (mode === 'observe') return entry;
  let { held } = entry;
  for (const command of plan.commands) {
    if (command.kind === 'CreateService') held = command.request.desiredCount;
    if (command.kind === 'UpdateService.desiredCount' || command.kind === 'UpdateService.revision') held = command.to;
  }
  return { ...entry, held, wanted: held < entry.held ? held : entry.wanted };
}

function sameEntries(left: readonly BudgetEntry[], right: readonly BudgetEntry[]): boolean {
  const text = (entries: readonly BudgetEntry[]) =>
    JSON.stringify(
      entries
        .map(({ serviceArn, priority, milliVcpu, held, wanted }) => [serviceArn, priority, milliVcpu, held, wanted])
        .sort(),
    );
  return text(left) === text(right);
}
