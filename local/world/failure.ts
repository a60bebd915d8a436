/** How the tasks of a task definition fail. Texts are what ECS writes, unless `reason` gives another. */
export type Failure =
  /** Its image cannot be pulled: there is none under that name, or none for the platform. */
  | { readonly kind: 'image'; readonly cause?: 'not_found' | 'platform'; readonly reason?: string }
  /** A secret, parameter, log group or volume that it needs before its container starts cannot be had. */
  | { readonly kind: 'configuration'; readonly reason?: string }
  /** Its container exits by itself: 5 s after RUNNING with code 1 unless told otherwise. */
  | {
      readonly kind: 'crash';
      readonly afterSeconds?: number;
      readonly exitCode?: number;
      /** Of the container; a plain exit has none. */
      readonly reason?: string;
    }
  /** Its container is killed for its memory, 20 s after RUNNING unless told otherwise. */
  | { readonly kind: 'out_of_memory'; readonly afterSeconds?: number }
  /** It runs, and the health checks of its target groups fail with that HTTP code; without one nothing answers. */
  | { readonly kind: 'target_health'; readonly code?: string }
  /** It runs, and its container's own health check fails. */
  | { readonly kind: 'container_health' }
  /** The scheduler cannot even launch it: `SERVICE_TASK_CONFIGURATION_FAILURE`. */
  | { readonly kind: 'unplaceable'; readonly reason?: string };
