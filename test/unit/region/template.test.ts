import { describe, expect, it } from 'vitest';
import { createTemplate } from '../../../local/region/template.ts';

const surroundings = { region: 'us-east-1', account: '111122223333', endpoint: 'http://127.0.0.1:4566' };

/** CloudFormation's placeholders look like ours. */
const sub = (name: string, after: string) => ['$', '{', name, '}', after].join('');

function resolved(value: unknown): unknown {
  const template = createTemplate(
    {
      Jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs.fifo' } },
      Unnamed: { Type: 'AWS::SQS::Queue' },
      Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'ballast' } },
      Work: {
        Type: 'AWS::Lambda::Function',
        Properties: { FunctionName: { 'Fn::Sub': sub('AWS::StackName', '-work') } },
      },
      Subject: { Type: 'AWS::Lambda::Function', Properties: { Value: value } },
    },
    surroundings,
  );
  return template.properties('Subject').Value;
}

describe('the packaged template', () => {
  it.each([
    [{ Ref: 'Jobs' }, 'http://127.0.0.1:4566/000000000000/jobs.fifo'],
    [{ Ref: 'Unnamed' }, 'http://127.0.0.1:4566/000000000000/Unnamed'],
    [{ Ref: 'Bus' }, 'ballast'],
    [{ Ref: 'AWS::Region' }, 'us-east-1'],
    [{ 'Fn::GetAtt': ['Jobs', 'Arn'] }, 'arn:aws:sqs:us-east-1:000000000000:jobs.fifo'],
    [{ 'Fn::GetAtt': 'Bus.Arn' }, 'arn:aws:events:us-east-1:111122223333:event-bus/ballast'],
    [{ 'Fn::GetAtt': ['Work', 'Arn'] }, 'arn:aws:lambda:us-east-1:111122223333:function:ballast-local-work'],
    [
      { 'Fn::Sub': `a-${sub('AWS::Partition', '-')}${sub('Bus', '-')}${sub('Jobs.QueueName', '')}` },
      'a-aws-ballast-jobs.fifo',
    ],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'Bus' }]] }, 'a-ballast'],
    [
      [{ Deep: { Ref: 'Bus' } }, 7, null],
      [{ Deep: 'ballast' }, 7, null],
    ],
  ])('resolves %j', (value, expected) => {
    expect(resolved(value)).toEqual(expected);
  });

  it.each([
    [{ Ref: 'Nobody' }, 'template: Subject.Value: there is no resource Nobody'],
    [{ List: [{ 'Fn::Cidr': 'x' }] }, 'template: Subject.Value.List[0]: Fn::Cidr is not known to the embedded region'],
    [{ 'Fn::GetAtt': ['Jobs', 'Colour'] }, 'template: Subject.Value: AWS::SQS::Queue has no attribute Colour here'],
  ])('names the place of what it cannot resolve: %j', (value, message) => {
    expect(() => resolved(value)).toThrow(message);
  });
});
