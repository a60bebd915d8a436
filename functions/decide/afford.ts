import { bridgeDemand } from '../../shared/decisions/bridge.ts';
import { bridgeSize } from '../../shared/decisions/bridge-size.ts';
import { allocate, type BudgetEntry, budgetLimitVcpu } from '../../shared/decisions/budget.ts';
import type { AppliedCommand, Command } from '../../shared/decisions/plan.ts';
import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { Fleet, Ledger, StoredBudget } from '../../shared/ports/ledger.ts';
import { type Considered, consider } from './considered.ts';

export interface AffordDeps {
  readonly ledger: Pick<Ledger, 'readFleet' | 'saveBudget'>;
  readonly stackPolicy: StackPolicy;
}

/** Other environments write the budget too; whoever loses so often asks again a moment later. */
const triesMax = 4;
/** A task whose size no event has told. */
const milliVcpuUnknown = 1_000;

export interface Afforded {
  readonly batch: readonly Considered[];
  /** As it is stored now; absent where nothing limits. */
  readonly budget?: StoredBudget;
}

/**
 * Fits the plans of a batch into the on-demand budget: all are planned without it, and those that want more than it
 * grants are planned again with what it does. Nothing is read or written where nothing limits. Growth claims its share
 * before it is sent; a return keeps its own until it has been (`freeReturned`).
 */
export async function afford(
  { ledger, stackPolicy }: AffordDeps,
  batch: readonly Considered[],
  fleet: Fleet,
  nowMs: number,
): Promise<Afforded> {
  const limitVcpu = budgetLimitVcpu(stackPolicy, stackPolicy.onDemandVcpuQuota ?? fleet.onDemandVcpuQuota);
  if (limitVcpu === undefined) return { batch };
  let { budget } = fleet;
  for (let tries = 1; tries <= triesMax; tries += 1) {
    const entries = new Map(budget.entries.map((entry) => [entry.serviceArn, entry]));
    for (const one of batch) {
      const { serviceArn } = one.facts;
      // Whoever is not in the budget has nothing of it, unless there was none before.
      const heldBefore = entries.get(serviceArn)?.held ?? (budget.version === 0 ? undefined : 0);
      entries.set(serviceArn, demandOf(one, heldBefore));
    }
    const granted = allocate(limitVcpu, [...entries.values()]);
    const planned = batch.map((one) => {
      const affordable = granted.get(one.facts.serviceArn) ?? 0;
      const entry = entries.get(one.facts.serviceArn);
      return entry === undefined || affordable >= entry.wanted ? one : again(one, affordable, stackPolicy, nowMs);
    });
    for (const one of planned) {
      const entry = entries.get(one.facts.serviceArn);
      if (entry !== undefined) entries.set(entry.serviceArn, meanwhile(one, entry));
    }
    const after = [...entries.values()].filter(({ held, wanted }) => held > 0 || wanted > 0);
    if (sameEntries(after, budget.entries)) return { batch: planned, budget };
    if (await ledger.saveBudget(budget.version, after)) {
      return { batch: planned, budget: { version: budget.version + 1, entries: after } };
    }
    ({ budget } = await ledger.readFleet());
  }
  return { batch: batch.map((one) => again(one, bridgeSize(one.facts, nowMs).least, stackPolicy, nowMs)), budget };
}

/** Tasks that are left of a bridge that has given some back; `undefined` where nothing has to be freed. */
export function leftAfter(
  { entries }: StoredBudget,
  serviceArn: string,
  applied: readonly AppliedCommand[],
): number | undefined {
  const left = sizeAfter(applied.flatMap(({ result, command }) => (result === 'applied' ? command : [])));
  const held = entries.find((entry) => entry.serviceArn === serviceArn)?.held ?? 0;
  return left !== undefined && left < held ? left : undefined;
}

/**
 * Frees what bridges have given back, once AWS has accepted it: before, another bridge would have it meanwhile.
 * @param left tasks by service.
 * @param budget as it was last known.
 * @returns whether it is stored.
 */
export async function freeReturned(
  { ledger }: Pick<AffordDeps, 'ledger'>,
  left: ReadonlyMap<string, number>,
  budget: StoredBudget,
): Promise<boolean> {
  let known = budget;
  for (let tries = 1; tries <= triesMax; tries += 1) {
    const after = known.entries
      .map((entry) => ({ ...entry, held: Math.min(entry.held, left.get(entry.serviceArn) ?? entry.held) }))
      .filter(({ held, wanted }) => held > 0 || wanted > 0);
    if (sameEntries(after, known.entries) || (await ledger.saveBudget(known.version, after))) return true;
    known = (await ledger.readFleet()).budget;
  }
  return false;
}

function again(one: Considered, affordable: number, stackPolicy: StackPolicy, nowMs: number): Considered {
  return consider({ ...one, facts: { ...one.facts, affordable } }, stackPolicy, nowMs);
}

/**
 * @param heldBefore by the budget, which knows what was claimed, and what of it was freed again, while ECS does not show
 * it yet.
 */
function demandOf(one: Considered, heldBefore: number | undefined): BudgetEntry {
  const { facts, outcome, mode, plannedAtMs } = one;
  const { least, most } = bridgeSize(facts, plannedAtMs);
  const held = Math.max(least, Math.min(most, heldBefore ?? most));
  const wants =
    outcome.ok && outcome.policy.fallback === 'bridge' && outcome.policy.managed && mode === 'act' && !facts.paused;
  const cpu = Math.max(0, ...facts.ledger.tasks.map((task) => task.cpu ?? 0));
  return {
    serviceArn: facts.serviceArn,
    priority: outcome.ok ? outcome.policy.priority : 0,
    milliVcpu: cpu === 0 ? milliVcpuUnknown : Math.ceil((cpu * 1_000) / 1_024),
    held,
    wanted: wants ? Math.max(held, bridgeDemand(facts, outcome.policy, plannedAtMs)) : held,
  };
}

/** The entry while the plan is carried out; who gives back wants no more than what it keeps. */
function meanwhile({ plan, mode }: Considered, entry: BudgetEntry): BudgetEntry {
  // What is only observed holds nothing.
  const to = mode === 'observe' ? undefined : sizeAfter(plan.commands);
  if (to === undefined) return entry;
  return { ...entry, held: Math.max(entry.held, to), wanted: to < entry.held ? to : entry.wanted };
}

/** What the commands set the desired count of a bridge to; `undefined` where they do not. */
function sizeAfter(commands: readonly Command[]): number | undefined {
  return commands.reduce<number | undefined>((size, command) => {
    if (command.kind === 'CreateService') return command.request.desiredCount;
    if (command.kind === 'UpdateService.desiredCount' || command.kind === 'UpdateService.revision') return command.to;
    return size;
  }, undefined);
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
