import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createQuotas } from '../../../shared/adapters/service-quotas.ts';
import { anAwsError, sent } from './sent.ts';

function theQuotas() {
  const client = new ServiceQuotasClient({});
  const mock = mockClient(client);
  return { mock, quotas: createQuotas(client) };
}

describe('the quota of on-demand vCPU', () => {
  it('is asked for by its code', async () => {
    const { mock, quotas } = theQuotas();
    mock.on(GetServiceQuotaCommand).resolves({ Quota: { QuotaCode: 'L-3032A538', Value: 4_000, Unit: 'None' } });
    await expect(quotas.onDemandVcpu()).resolves.toBe(4_000);
    expect(sent(mock)).toStrictEqual([['GetServiceQuotaCommand', { ServiceCode: 'fargate', QuotaCode: 'L-3032A538' }]]);
  });

  it('may be 0', async () => {
    const { mock, quotas } = theQuotas();
    mock.on(GetServiceQuotaCommand).resolves({ Quota: { Value: 0 } });
    await expect(quotas.onDemandVcpu()).resolves.toBe(0);
  });

  it.each([
    ['no quota', {}],
    ['a quota without a value', { Quota: { QuotaCode: 'L-3032A538' } }],
  ])('is unknown when AWS answers %s', async (_what, answer) => {
    const { mock, quotas } = theQuotas();
    mock.on(GetServiceQuotaCommand).resolves(answer);
    await expect(quotas.onDemandVcpu()).resolves.toBeUndefined();
  });

  it('is unknown when Service Quotas does not have it', async () => {
    const { mock, quotas } = theQuotas();
    mock.on(GetServiceQuotaCommand).rejects(anAwsError('NoSuchResourceException', 400));
    await expect(quotas.onDemandVcpu()).resolves.toBeUndefined();
  });

  it.each([
    ['TooManyRequestsException', 400, 'RetryableError'],
    ['ServiceException', 500, 'RetryableError'],
    ['AccessDeniedException', 400, 'TerminalError'],
    ['IllegalArgumentException', 400, 'TerminalError'],
  ])('is not taken for unknown on %s', async (code, status, name) => {
    const { mock, quotas } = theQuotas();
    const original = anAwsError(code, status);
    mock.on(GetServiceQuotaCommand).rejects(original);
    await expect(quotas.onDemandVcpu()).rejects.toMatchObject({
      name,
      message: `GetServiceQuota: ${code}: as AWS words it`,
      cause: original,
    });
  });
});
