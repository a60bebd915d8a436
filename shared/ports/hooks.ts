/** A Lambda of the user's that saves a task's state; see `hooks` in policy.yml. */
export interface HookCall {
  /** Name or ARN of the function. */
  readonly lambda: string;
  /** The detail of `Checkpoint Requested`, as the event has it. */
  readonly request: CheckpointRequestDetail;
}

/** The detail of `Checkpoint Requested`. */
export interface CheckpointRequestDetail {
  readonly checkpointId: string;
  readonly hook: string;
  readonly taskArn: string;
  readonly clusterArn: string;
  readonly serviceArn?: string;
  readonly group?: string;
  readonly containers: readonly { readonly name: string; readonly privateIpv4Addresses: readonly string[] }[];
  /** How often the job has been started again; 0 for the first task, and for tasks of services. */
  readonly attempt: number;
  /** Where to write: everything below it is this task's own. */
  readonly uriPrefix?: string;
  /** ISO 8601. */
  readonly noticeAt: string;
  readonly deadline: string;
}

/** Why a hook's answer is of no use. Bounded: it is a metric dimension. */
export type HookFailure = 'timeout' | 'error' | 'throttled' | 'refused' | 'reply_too_large' | 'reply_invalid';

export type HookAnswer =
  /** The reply's text; `null` where the function returned nothing. */
  { readonly reply: string } | { readonly failure: HookFailure; readonly detail: string };

export interface Hooks {
  /** Invokes and waits for the reply, at most so long. Never throws: a hook that fails is an answer. */
  invoke(lambda: string, request: CheckpointRequestDetail, withinMs: number): Promise<HookAnswer>;
}

/** The queue in front of the hooks: whoever asks does not wait for them. */
export interface HookCalls {
  ask(call: HookCall): Promise<void>;
}
