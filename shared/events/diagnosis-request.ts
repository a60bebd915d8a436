import * as z from 'zod/mini';
import { symptoms } from '../decisions/diagnosis/deployment-facts.ts';
import type { DiagnosisRequest } from '../ports/diagnoses.ts';
import { ecsArn } from './envelope.ts';
import { checked, jsonOf } from './message.ts';

const schema = z.object({
  serviceArn: z.string().check(z.includes(':service/', 'not the ARN of an ECS service')),
  clusterArn: ecsArn('cluster'),
  symptom: z.enum(symptoms, `must be one of ${symptoms.join(', ')}`),
  atMs: z.number(),
  deploymentId: z.exactOptional(z.string()),
  serviceDeploymentArn: z.exactOptional(z.string()),
  reason: z.exactOptional(z.string()),
  hook: z.exactOptional(
    z.object({
      atMs: z.exactOptional(z.number()),
      hookId: z.exactOptional(z.string()),
      status: z.string(),
      lifecycleStage: z.exactOptional(z.string()),
      target: z.exactOptional(z.string()),
    }),
  ),
});

/**
 * The body of a message in the diagnosis queue.
 * @throws PoisonError naming the member that is wrong.
 */
export function parseDiagnosisRequest(body: string): DiagnosisRequest {
  return checked('diagnosis request', schema, jsonOf('diagnosis request', body));
}
