import { decisionEvent } from '../../shared/decisions/decision-event.ts';
import type { DecisionRecord } from '../../shared/decisions/plan.ts';
import type { Bus } from '../../shared/ports/bus.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';

export interface AnnounceDeps {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, 'notAnnounced'>;
}

/** A bus that did not answer is left alone for so long: waiting for it would hold up the decisions that come next. */
const silentMs = 60_000;

/** Tells the bus what was decided. Never throws: what is told must never decide what is done. */
export function announcer({ bus, clock, telemetry }: AnnounceDeps) {
  let silentUntilMs = 0;
  return async (records: readonly DecisionRecord[]): Promise<void> => {
    if (records.length === 0) return;
    if (clock.nowMs() < silentUntilMs) {
      telemetry.notAnnounced(records.length);
      return;
    }
    try {
      await bus.publish(records.map(decisionEvent));
    } catch (error) {
      silentUntilMs = clock.nowMs() + silentMs;
      telemetry.notAnnounced(records.length, error);
    }
  };
}
