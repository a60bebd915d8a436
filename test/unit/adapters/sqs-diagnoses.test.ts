import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createSqsDiagnoses } from '../../../shared/adapters/sqs-diagnoses.ts';
import { PoisonError } from '../../../shared/errors.ts';
import { parseDiagnosisRequest } from '../../../shared/events/diagnosis-request.ts';
import type { DiagnosisRequest } from '../../../shared/ports/diagnoses.ts';
import { serviceArn } from '../../builders/service-facts.ts';
import { sent } from './sent.ts';

const diagnosisQueueUrl = 'https://sqs.us-east-1.amazonaws.com/111122223333/ballast-diagnosis';
const request: DiagnosisRequest = {
  serviceArn,
  clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/shop',
  symptom: 'hook_failed',
  atMs: 1_772_366_400_000,
  deploymentId: 'ecs-svc/777',
  serviceDeploymentArn: 'arn:aws:ecs:us-east-1:111122223333:service-deployment/shop/web/d1',
  reason: 'as AWS words it',
  hook: { atMs: 1_772_366_400_000, status: 'HOOK_FAILED', hookId: 'h1', lifecycleStage: 'PRE_SCALE_UP' },
};

function some() {
  const client = new SQSClient({});
  const mock = mockClient(client);
  mock.on(SendMessageCommand).resolves({});
  return { mock, diagnoses: createSqsDiagnoses(client, { diagnosisQueueUrl }) };
}

function bodyOf(mock: Parameters<typeof sent>[0]): string {
  const [[, input] = ['', {}]] = sent(mock);
  return 'MessageBody' in input ? String(input.MessageBody) : '';
}

describe('asking for a diagnosis', () => {
  it('leaves the delay to the queue, and what is sent is read as it was asked', async () => {
    const { mock, diagnoses } = some();
    await diagnoses.ask(request);
    expect(sent(mock)).toEqual([
      ['SendMessageCommand', { QueueUrl: diagnosisQueueUrl, MessageBody: expect.any(String) }],
    ]);
    expect(parseDiagnosisRequest(bodyOf(mock))).toEqual(request);
  });

  it('later says by how much', async () => {
    const { mock, diagnoses } = some();
    const { hook: _hook, serviceDeploymentArn: _arn, reason: _reason, deploymentId: _id, ...least } = request;
    await diagnoses.askLater(least, 44_001);
    expect(sent(mock)[0]?.[1]).toMatchObject({ DelaySeconds: 45 });
    expect(parseDiagnosisRequest(bodyOf(mock))).toEqual(least);
  });
});

describe('a diagnosis request', () => {
  it.each([
    { body: 'nothing', names: 'not JSON' },
    { body: JSON.stringify({ ...request, symptom: 'tired' }), names: 'symptom: must be one of deployment_failed' },
    { body: JSON.stringify({ ...request, serviceArn: 'web' }), names: 'serviceArn: not the ARN of an ECS service' },
    { body: JSON.stringify({ ...request, clusterArn: undefined }), names: 'clusterArn' },
    { body: JSON.stringify({ ...request, hook: {} }), names: 'hook.status' },
  ])('is poison: $names', ({ body, names }) => {
    expect(() => parseDiagnosisRequest(body)).toThrow(PoisonError);
    expect(() => parseDiagnosisRequest(body)).toThrow(names);
  });
});
