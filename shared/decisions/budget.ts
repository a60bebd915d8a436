/** One service's part of the on-demand vCPU. */
export interface BudgetEntry {
  readonly serviceArn: string;
  /** 0–9; higher goes first. */
  readonly priority: number;
  /** vCPU of one of its tasks, in thousandths. */
  readonly milliVcpu: number;
  /** Tasks that its bridge has. */
  readonly held: number;
  /** Tasks that its bridge should have. */
  readonly wanted: number;
}

/**
 * How many tasks each bridge may have when on-demand vCPU is scarce. What a bridge has it keeps; what is left goes
 * round by round, each service its next task before any has one more, the higher priority first.
 * @param limitVcpu absent: nothing limits.
 * @returns tasks by service ARN, for every entry.
 */
export function allocate(limitVcpu: number | undefined, entries: readonly BudgetEntry[]): ReadonlyMap<string, number> {
  if (limitVcpu === undefined) return new Map(entries.map((entry) => [entry.serviceArn, entry.wanted]));
  // Whoever gives back frees its share only once it has.
  const granted = new Map(entries.map((entry) => [entry.serviceArn, Math.min(entry.held, entry.wanted)]));
  let left = limitVcpu * 1000 - entries.reduce((sum, { held, milliVcpu }) => sum + held * milliVcpu, 0);
  const inTurn = [...entries].sort(
    (a, b) => b.priority - a.priority || (a.serviceArn < b.serviceArn ? -1 : a.serviceArn > b.serviceArn ? 1 : 0),
  );
  const rounds = Math.max(0, ...entries.map(({ wanted }) => wanted));
  for (let round = 1; round <= rounds && left > 0; round += 1) {
    for (const { serviceArn, wanted, held, milliVcpu } of inTurn) {
      if (held >= round || wanted < round || milliVcpu > left) continue;
      if ((granted.get(serviceArn) ?? 0) !== round - 1) continue;
      granted.set(serviceArn, round);
      left -= milliVcpu;
    }
  }
  return granted;
}

/** The vCPU that bridges may hold together: the stack's maximum, and the account's quota less its reserve. */
export function budgetLimitVcpu(
  policy: {
    readonly stackMaxBridgeVcpu?: number | undefined;
    readonly reserveOnDemandVcpu: { readonly count: number } | { readonly percent: number };
  },
  quotaVcpu: number | undefined,
): number | undefined {
  const limits: number[] = [];
  if (policy.stackMaxBridgeVcpu !== undefined) limits.push(policy.stackMaxBridgeVcpu);
  if (quotaVcpu !== undefined) {
    const reserve = policy.reserveOnDemandVcpu;
    limits.push(
      Math.max(0, 'count' in reserve ? quotaVcpu - reserve.count : (quotaVcpu * (100 - reserve.percent)) / 100),
    );
  }
  return limits.length === 0 ? undefined : Math.min(...limits);
}
