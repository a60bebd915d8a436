import { RetryableError } from '../errors.ts';

/** MISSING is an answer (the thing is gone); any other failure is one of the moment. */
export function refuseFailures(
  action: string,
  failures: readonly { arn?: string | undefined; reason?: string | undefined }[],
): void {
  const other = failures.find(({ reason }) => reason !== 'MISSING');
  if (other !== undefined) throw new RetryableError(`${action}: ${other.arn}: ${other.reason}`);
}
