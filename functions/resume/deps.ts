import type { Enrolments } from '../../shared/enrolment-cache.ts';
import type { StackPolicy } from '../../shared/policy/policy.ts';
import type { Bus } from '../../shared/ports/bus.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Ec2 } from '../../shared/ports/ec2.ts';
import type { Ecs } from '../../shared/ports/ecs.ts';
import type { Jobs } from '../../shared/ports/jobs.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';

export interface ResumeDeps {
  readonly ledger: Ledger;
  readonly ecs: Pick<Ecs, 'describeLaunchedTask' | 'runTask'>;
  readonly ec2: Ec2;
  readonly jobs: Jobs;
  readonly bus: Bus;
  readonly enrolments: Pick<Enrolments, 'taskDefinition'>;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly stackPolicy: StackPolicy;
}
