/** A task that reached RUNNING, as its first container sees it. */
export interface RunningTask {
  readonly taskArn: string;
  readonly clusterArn: string;
  readonly taskDefinitionArn: string;
  readonly family: string;
  readonly image: string;
  readonly containerName: string;
  /** The task definition's, with the overrides' over it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The overrides', else the task definition's, else the image's own. */
  readonly command?: readonly string[];
}

/** The container of a task while it runs. */
export interface Container {
  /** SIGTERM. */
  terminate(): void;
  /** SIGKILL: it is over at once, with exit code 137. */
  kill(): void;
}

/** Runs the first container of each task: a real process, or a script of a test. */
export interface ContainerRuntime {
  /**
   * @param exit to be called when the container ends, at any time and from anywhere; only the first call counts, and
   *   none after SIGKILL.
   * @returns undefined where the runtime does not run this task: then its end is drawn.
   */
  start(task: RunningTask, exit: (exitCode: number) => void): Container | undefined;
}
