/** A pattern that EventBridge would refuse. */
export class InvalidPatternError extends Error {
  override readonly name = 'InvalidPatternError';
  readonly path: string;
  readonly reason: string;
  constructor(path: string, reason: string) {
    super(`event pattern: ${path === '' ? 'the pattern' : path}: ${reason}`);
    this.path = path;
    this.reason = reason;
  }
}
