import { RetryableError, TerminalError } from '../errors.ts';

/**
 * AWS error name → whether a later try may succeed. Names are compared, not classes: the ECS model does not list
 * ThrottlingException, and class names do not survive minification. What is not listed is judged by its HTTP status.
 */
export const awsErrors: Readonly<Record<string, 'retryable' | 'terminal'>> = {
  ThrottlingException: 'retryable',
  Throttling: 'retryable',
  RequestThrottled: 'retryable',
  EC2ThrottledException: 'retryable',
  RequestLimitExceeded: 'retryable',
  TooManyRequestsException: 'retryable',
  ThrottledException: 'retryable',
  ProvisionedThroughputExceededException: 'retryable',
  ServerException: 'retryable',
  InternalException: 'retryable',
  InternalFailure: 'retryable',
  InternalServiceException: 'retryable',
  InternalServiceFault: 'retryable',
  ServiceUnavailable: 'retryable',
  ServiceUnavailableException: 'retryable',
  ServiceException: 'retryable',
  InternalError: 'retryable',
  Unavailable: 'retryable',
  HealthUnavailable: 'retryable',
  HealthUnavailableException: 'retryable',
  UpdateInProgressException: 'retryable',
  ConcurrentModificationException: 'retryable',
  ConcurrentUpdateException: 'retryable',
  DuplicateRequest: 'retryable',
  // A function that nobody has invoked for weeks, or that is being changed, is not ready at once.
  CodeArtifactUserPendingException: 'retryable',
  ResourceConflictException: 'retryable',
  SnapStartNotReadyException: 'retryable',
  PaginationTokenExpiredException: 'retryable',
  // We send only tokens that AWS gave us: they can only have grown too old.
  InvalidNextTokenException: 'retryable',
  TimeoutError: 'retryable',
  RequestTimeout: 'retryable',
  AbortError: 'retryable',
  AccessDeniedException: 'terminal',
  AccessDenied: 'terminal',
  BlockedException: 'terminal',
  ClientException: 'terminal',
  ClusterNotFoundException: 'terminal',
  ConflictException: 'terminal',
  IllegalArgumentException: 'terminal',
  InstanceNotFound: 'terminal',
  InvalidInput: 'terminal',
  'InvalidNetworkInterfaceID.NotFound': 'terminal',
  InvalidParameterException: 'terminal',
  InvalidParameterValue: 'terminal',
  InvalidTarget: 'terminal',
  InvalidTargetException: 'terminal',
  'InvalidVolume.NotFound': 'terminal',
  LimitExceededException: 'terminal',
  NamespaceNotFoundException: 'terminal',
  NoSuchResourceException: 'terminal',
  PlatformTaskDefinitionIncompatibilityException: 'terminal',
  PlatformUnknownException: 'terminal',
  ResourceInUse: 'terminal',
  ResourceInUseException: 'terminal',
  ResourceNotFoundException: 'terminal',
  ServiceDeploymentNotFoundException: 'terminal',
  ServiceNotActiveException: 'terminal',
  ServiceNotFound: 'terminal',
  ServiceNotFoundException: 'terminal',
  TargetGroupNotFound: 'terminal',
  TargetGroupNotFoundException: 'terminal',
  UnauthorizedOperation: 'terminal',
  UnsupportedFeatureException: 'terminal',
  UnrecognizedClientException: 'terminal',
  ValidationException: 'terminal',
};

/** Node's own errors on the way to AWS. */
const networkCodes = [
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
];
/** Request Timeout and Too Many Requests: a client error by number only. */
const transientStatuses = [408, 429];

/**
 * Makes the call; an AWS error comes out as ours, with the original as `cause`.
 * @param action the API action's name, for the message.
 * @throws RetryableError or TerminalError.
 */
export async function translated<T>(action: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translation(action, error);
  }
}

/**
 * Makes a translated call in which some errors are an answer: what it is about does not exist.
 * @param answer what to answer then.
 * @param names the AWS errors that say so.
 */
export async function orElse<A, T>(answer: A, names: readonly string[], call: () => Promise<T>): Promise<A | T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof TerminalError && names.includes(error.code)) return answer;
    throw error;
  }
}

function translation(action: string, error: unknown): RetryableError | TerminalError {
  const { name, message } = error instanceof Error ? error : { name: 'UnknownError', message: String(error) };
  const text = `${action}: ${name}: ${message}`;
  const listed = Object.hasOwn(awsErrors, name) ? awsErrors[name] : undefined;
  const kind = listed ?? (isTransient(error) ? 'retryable' : 'terminal');
  return kind === 'retryable'
    ? new RetryableError(text, { cause: error })
    : new TerminalError(text, name, { cause: error });
}

function isTransient(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('code' in error && typeof error.code === 'string' && networkCodes.includes(error.code)) return true;
  const metadata = '$metadata' in error ? error.$metadata : undefined;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return false;
  const status = metadata.httpStatusCode;
  return typeof status === 'number' && (status >= 500 || transientStatuses.includes(status));
}
