/** What went wrong and whether trying again helps; `name` survives minification, so it is what callers test. */
abstract class BallastError extends Error {
  abstract override readonly name: string;
}

/** A later try may succeed: throttling, timeouts, a service that is busy. */
export class RetryableError extends BallastError {
  override readonly name = 'RetryableError';
}

/** The same call will fail again: the request is wrong, refused or its object is gone. `code` is AWS's error name. */
export class TerminalError extends BallastError {
  override readonly name = 'TerminalError';
  readonly code: string;
  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The stack is set up wrong (environment, policy): fail at start, not at the first notice. */
export class ConfigError extends BallastError {
  override readonly name = 'ConfigError';
}

/** A message that can never be handled; it goes to the dead-letter queue with its bytes. */
export class PoisonError extends BallastError {
  override readonly name = 'PoisonError';
}

/** Our own mistake. */
export class InvariantError extends BallastError {
  override readonly name = 'InvariantError';
}
