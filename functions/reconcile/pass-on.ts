import type { DecisionRequest, Decisions } from '../../shared/ports/decisions.ts';

/** A timer is over: the same request, now. @returns no service: either all are asked for, or the batch fails. */
export const passOn =
  (decisions: Pick<Decisions, 'ask'>) =>
  async (requests: readonly DecisionRequest[]): Promise<ReadonlySet<string>> => {
    await decisions.ask(requests.map(({ askedAtMs: _then, ...request }) => request));
    return new Set();
  };
