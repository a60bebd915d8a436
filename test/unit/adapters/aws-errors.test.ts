import { describe, expect, it } from 'vitest';
import { awsErrors, orElse, translated } from '../../../shared/adapters/aws-errors.ts';
import { anAwsError } from './sent.ts';

/** Every name that AWS's services answer with and that the adapters know. */
const rows: Record<string, 'RetryableError' | 'TerminalError'> = {
  ThrottlingException: 'RetryableError',
  Throttling: 'RetryableError',
  RequestThrottled: 'RetryableError',
  EC2ThrottledException: 'RetryableError',
  RequestLimitExceeded: 'RetryableError',
  TooManyRequestsException: 'RetryableError',
  ThrottledException: 'RetryableError',
  ProvisionedThroughputExceededException: 'RetryableError',
  ServerException: 'RetryableError',
  InternalException: 'RetryableError',
  InternalFailure: 'RetryableError',
  InternalServiceException: 'RetryableError',
  InternalServiceFault: 'RetryableError',
  ServiceUnavailable: 'RetryableError',
  ServiceUnavailableException: 'RetryableError',
  ServiceException: 'RetryableError',
  Unavailable: 'RetryableError',
  InternalError: 'RetryableError',
  HealthUnavailable: 'RetryableError',
  HealthUnavailableException: 'RetryableError',
  UpdateInProgressException: 'RetryableError',
  ConcurrentModificationException: 'RetryableError',
  ConcurrentUpdateException: 'RetryableError',
  DuplicateRequest: 'RetryableError',
  SnapStartNotReadyException: 'RetryableError',
  ResourceConflictException: 'RetryableError',
  CodeArtifactUserPendingException: 'RetryableError',
  PaginationTokenExpiredException: 'RetryableError',
  InvalidNextTokenException: 'RetryableError',
  TimeoutError: 'RetryableError',
  RequestTimeout: 'RetryableError',
  AbortError: 'RetryableError',
  AccessDeniedException: 'TerminalError',
  AccessDenied: 'TerminalError',
  BlockedException: 'TerminalError',
  ClientException: 'TerminalError',
  ClusterNotFoundException: 'TerminalError',
  ConflictException: 'TerminalError',
  IllegalArgumentException: 'TerminalError',
  InstanceNotFound: 'TerminalError',
  InvalidInput: 'TerminalError',
  'InvalidNetworkInterfaceID.NotFound': 'TerminalError',
  InvalidParameterException: 'TerminalError',
  InvalidParameterValue: 'TerminalError',
  InvalidTarget: 'TerminalError',
  InvalidTargetException: 'TerminalError',
  'InvalidVolume.NotFound': 'TerminalError',
  LimitExceededException: 'TerminalError',
  NamespaceNotFoundException: 'TerminalError',
  NoSuchResourceException: 'TerminalError',
  PlatformTaskDefinitionIncompatibilityException: 'TerminalError',
  PlatformUnknownException: 'TerminalError',
  ResourceInUse: 'TerminalError',
  ResourceInUseException: 'TerminalError',
  ResourceNotFoundException: 'TerminalError',
  ServiceDeploymentNotFoundException: 'TerminalError',
  ServiceNotActiveException: 'TerminalError',
  ServiceNotFound: 'TerminalError',
  ServiceNotFoundException: 'TerminalError',
  TargetGroupNotFound: 'TerminalError',
  TargetGroupNotFoundException: 'TerminalError',
  UnauthorizedOperation: 'TerminalError',
  UnsupportedFeatureException: 'TerminalError',
  UnrecognizedClientException: 'TerminalError',
  ValidationException: 'TerminalError',
};

/** What comes out of an API action that failed so. */
const outcomeOf = (error: unknown) =>
  translated('UpdateService', () => Promise.reject(error)).catch((thrown: unknown) => thrown);

describe('the table of AWS errors', () => {
  it('has a row here for every name that the adapters list, and no other', () => {
    expect(Object.keys(awsErrors).sort()).toEqual(Object.keys(rows).sort());
  });

  // The status is 400 throughout: AWS answers so to throttling too, so the name alone must tell.
  it.each(Object.entries(rows))('makes %s a %s, naming the action and keeping the original', async (name, kind) => {
    const original = anAwsError(name, 400);
    expect(await outcomeOf(original)).toMatchObject({
      name: kind,
      message: `UpdateService: ${name}: as AWS words it`,
      cause: original,
      ...(kind === 'TerminalError' ? { code: name } : {}),
    });
  });

  it.each(['ConflictException', 'ResourceInUseException'])('keeps %s terminal whatever its status', async (name) => {
    expect(await outcomeOf(anAwsError(name, 503))).toMatchObject({ name: 'TerminalError', code: name });
  });
});

describe('an error that the table does not list', () => {
  it.each([500, 502, 503, 504, 599])('may pass when AWS answered %i', async (status) => {
    expect(await outcomeOf(anAwsError('SomethingNewException', status))).toMatchObject({
      name: 'RetryableError',
      message: 'UpdateService: SomethingNewException: as AWS words it',
    });
  });

  it.each([400, 403, 404, 409, 499])('is final when AWS answered %i', async (status) => {
    expect(await outcomeOf(anAwsError('SomethingNewException', status))).toMatchObject({
      name: 'TerminalError',
      code: 'SomethingNewException',
      message: 'UpdateService: SomethingNewException: as AWS words it',
    });
  });

  it.each(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'])(
    'may pass when the network said %s',
    async (code) => {
      const original = Object.assign(new Error('on the way'), { code });
      expect(await outcomeOf(original)).toMatchObject({
        name: 'RetryableError',
        message: 'UpdateService: Error: on the way',
        cause: original,
      });
    },
  );

  it('is final when its code is none of the network', async () => {
    const original = Object.assign(new TypeError('bad option'), { code: 'ERR_INVALID_ARG_TYPE' });
    expect(await outcomeOf(original)).toMatchObject({ name: 'TerminalError', code: 'TypeError' });
  });

  it.each([
    ['no status', { $metadata: {} }],
    ['a status that is no number', { $metadata: { httpStatusCode: '503' } }],
    ['no metadata', { $metadata: null }],
  ])('is final when it carries %s', async (_what, carried) => {
    expect(await outcomeOf(Object.assign(new Error('odd'), carried))).toMatchObject({
      name: 'TerminalError',
      code: 'Error',
    });
  });

  it('is final when it is no error at all', async () => {
    expect(await outcomeOf('broken')).toMatchObject({
      name: 'TerminalError',
      code: 'UnknownError',
      message: 'UpdateService: UnknownError: broken',
      cause: 'broken',
    });
  });
});

describe('a call that succeeds', () => {
  it('answers what AWS answered', async () => {
    await expect(translated('UpdateService', async () => ({ service: 'web' }))).resolves.toEqual({ service: 'web' });
  });
});

describe('an error that is an answer', () => {
  const asked = (error: unknown) =>
    orElse('gone', ['ServiceNotFoundException', 'ClusterNotFoundException'], () =>
      translated('DeleteService', () => Promise.reject(error)),
    );

  it.each(['ServiceNotFoundException', 'ClusterNotFoundException'])('is one by its name: %s', async (name) => {
    await expect(asked(anAwsError(name, 400))).resolves.toBe('gone');
  });

  it.each(['AccessDeniedException', 'ThrottlingException'])('is not %s, which is thrown', async (name) => {
    await expect(asked(anAwsError(name, 400))).rejects.toMatchObject({
      message: `DeleteService: ${name}: as AWS words it`,
    });
  });

  it('is not asked about when the call succeeds', async () => {
    await expect(orElse('gone', ['ServiceNotFoundException'], async () => 'there')).resolves.toBe('there');
  });
});
