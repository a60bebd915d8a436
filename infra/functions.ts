/** The Lambda functions: folder under `functions/`, logical id of the function's role, of its queue and of its errors. */
export interface LambdaFunction {
  readonly name: string;
  /** Key in `serverless.yml`; the logical id is the key with a capital and the suffix `LambdaFunction`. */
  readonly key: string;
  /** Logical id of the queue it reads; absent for a function that somebody waits for. */
  readonly queue?: string;
}

export const lambdaFunctions: readonly LambdaFunction[] = [
  { name: 'on-spot-notice', key: 'onSpotNotice', queue: 'SpotNoticeQueue' },
  { name: 'on-task-state-change', key: 'onTaskStateChange', queue: 'TaskStateChangeQueue' },
  { name: 'on-service-action', key: 'onServiceAction', queue: 'ServiceActionQueue' },
  { name: 'on-deployment-state-change', key: 'onDeploymentStateChange', queue: 'DeploymentStateChangeQueue' },
  { name: 'on-checkpoint-report', key: 'onCheckpointReport', queue: 'CheckpointReportQueue' },
  { name: 'run-checkpoint-hook', key: 'runCheckpointHook', queue: 'CheckpointHookQueue' },
  { name: 'resume', key: 'resume', queue: 'ResumeQueue' },
  { name: 'diagnose', key: 'diagnose', queue: 'DiagnosisQueue' },
  { name: 'decide', key: 'decide', queue: 'DecisionsQueue' },
  { name: 'reconcile', key: 'reconcile', queue: 'WakeQueue' },
  { name: 'show-services', key: 'showServices' },
];

/** Those that read a queue: what they fail with is known to nobody but the alarms. */
export const queueFunctions = lambdaFunctions.flatMap((lambda) =>
  lambda.queue === undefined ? [] : [{ ...lambda, queue: lambda.queue }],
);

/** Logical id that osls gives to a function. */
export function functionLogicalId(lambda: LambdaFunction): string {
  return `${capitalized(lambda.key)}LambdaFunction`;
}

/** Logical id of a function's role, as `serverless.yml` names it. */
export function roleLogicalId(lambda: LambdaFunction): string {
  return `${capitalized(lambda.key)}Role`;
}

/** Logical id of the dead-letter queue of a queue. */
export function deadLetterQueueLogicalId(queue: string): string {
  return queue.replace(/Queue$/, 'DeadLetterQueue');
}

function capitalized(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
