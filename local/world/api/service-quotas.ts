import { AwsError } from '../aws-error.ts';
import type { Engine } from '../engine.ts';
import { type Input, refuseUnknown, text } from './input.ts';

/** Service Quotas, service name `servicequotas`: the one quota of Fargate that the world keeps. */
export function getServiceQuota(engine: Engine, input: Input): Record<string, unknown> {
  refuseUnknown('GetServiceQuota', input, ['ServiceCode', 'QuotaCode', 'ContextId']);
  const ServiceCode = text(input, 'ServiceCode');
  const QuotaCode = text(input, 'QuotaCode');
  if (ServiceCode !== 'fargate' || QuotaCode !== 'L-3032A538') {
    throw new AwsError('NoSuchResourceException', `The request failed because the quota ${QuotaCode} does not exist.`);
  }
  const QuotaName = 'Fargate On-Demand vCPU resource count';
  return { Quota: { ServiceCode, QuotaCode, QuotaName, Value: engine.onDemandVcpu.quota, Adjustable: true } };
}
