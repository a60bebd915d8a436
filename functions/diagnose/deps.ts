import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { Bus } from '../../shared/ports/bus.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Deployments } from '../../shared/ports/deployments.ts';
import type { Diagnoses } from '../../shared/ports/diagnoses.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import type { LoadBalancers } from '../../shared/ports/load-balancers.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';

export interface DiagnoseDeps {
  readonly ledger: Pick<Ledger, 'claimDiagnosis' | 'keepDiagnosis' | 'readService' | 'readFleet' | 'recordDecision'>;
  readonly deployments: Deployments;
  readonly loadBalancers: Pick<LoadBalancers, 'targetHealth'>;
  readonly diagnoses: Pick<Diagnoses, 'askLater'>;
  readonly bus: Bus;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly stackPolicy: StackPolicy;
}
