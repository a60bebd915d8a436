import { GetServiceQuotaCommand, type ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import type { Quotas } from '../ports/quotas.ts';
import { orElse, translated } from './aws-errors.ts';

/** "Fargate On-Demand vCPU resource count", by AWS General Reference, "AWS Fargate quotas". */
const onDemandVcpuQuota = { ServiceCode: 'fargate', QuotaCode: 'L-3032A538' };

/** Service Quotas behind the port. */
export function createQuotas(client: Pick<ServiceQuotasClient, 'send'>): Quotas {
  return {
    async onDemandVcpu() {
      const answer = await orElse(undefined, ['NoSuchResourceException'], () =>
        translated('GetServiceQuota', () => client.send(new GetServiceQuotaCommand(onDemandVcpuQuota))),
      );
      return answer?.Quota?.Value;
    },
  };
}
