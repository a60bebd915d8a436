import type { HookFacts, Symptom } from '../decisions/diagnosis/deployment-facts.ts';

/** A deployment that looks as if it failed: what `diagnose` is asked to look at. */
export interface DiagnosisRequest {
  readonly serviceArn: string;
  readonly clusterArn: string;
  readonly symptom: Symptom;
  /** When the symptom was told, in epoch milliseconds. */
  readonly atMs: number;
  /** `ecs-svc/<digits>` where the event names it: of a rollback it is the deployment that rolls back. */
  readonly deploymentId?: string;
  readonly serviceDeploymentArn?: string;
  /** AWS's words for it. */
  readonly reason?: string;
  readonly hook?: HookFacts;
}

/** The way into `diagnose`: a standard queue that delays every message, so that ECS's answers have caught up with its events. */
export interface Diagnoses {
  ask(request: DiagnosisRequest): Promise<void>;
  /** SQS delays at most 900 s. */
  askLater(request: DiagnosisRequest, delayMs: number): Promise<void>;
}
