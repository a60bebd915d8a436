import { readFileSync } from 'node:fs';

/** The packaged CloudFormation template: what would be deployed is what the region is wired from. */
export interface Template {
  /** Logical ids of a resource type, in the template's order. */
  idsOf(type: string): string[];
  /** The properties of a resource with every intrinsic resolved. */
  properties(logicalId: string): Record<string, unknown>;
}

export interface Surroundings {
  readonly region: string;
  readonly account: string;
  /** Base of queue URLs. */
  readonly endpoint: string;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
}

/** The account that the SQS emulator puts into its ARNs; it cannot be told another. */
export const queueAccount = '000000000000';

/** @throws an Error naming the file when it is no template. */
export function readTemplate(file: string, surroundings: Surroundings): Template {
  let parsed: { readonly Resources?: Record<string, Resource> };
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${file}: cannot be read as a CloudFormation template; npm run package makes it`, { cause });
  }
  if (parsed.Resources === undefined) throw new Error(`${file}: a CloudFormation template has Resources`);
  return createTemplate(parsed.Resources, surroundings);
}

export function createTemplate(resources: Readonly<Record<string, Resource>>, surroundings: Surroundings): Template {
  const { region, account, endpoint } = surroundings;

  const pseudo: Readonly<Record<string, string>> = {
    'AWS::Region': region,
    'AWS::AccountId': account,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': 'ballast-local',
    'AWS::NoValue': '',
  };

  const nameOf = (logicalId: string, resource: Resource, property: string): string => {
    const name = resource.Properties?.[property];
    return name === undefined ? logicalId : String(resolve(name, `${logicalId}.${property}`));
  };

  const found = (logicalId: string, path: string): Resource => {
    const resource = resources[logicalId];
    if (resource === undefined) throw new Error(`template: ${path}: there is no resource ${logicalId}`);
    return resource;
  };

  const ref = (logicalId: string, path: string): string => {
    const known = pseudo[logicalId];
    if (known !== undefined) return known;
    const resource = found(logicalId, path);
    switch (resource.Type) {
      case 'AWS::SQS::Queue':
        return `${endpoint}/${queueAccount}/${nameOf(logicalId, resource, 'QueueName')}`;
      case 'AWS::DynamoDB::Table':
        return nameOf(logicalId, resource, 'TableName');
      case 'AWS::Events::EventBus':
        return nameOf(logicalId, resource, 'Name');
      case 'AWS::Lambda::Function':
        return nameOf(logicalId, resource, 'FunctionName');
      default:
        return logicalId;
    }
  };

  const alarmArn = (logicalId: string, resource: Resource): string =>
    `arn:aws:cloudwatch:${region}:${account}:alarm:${nameOf(logicalId, resource, 'AlarmName')}`;

  const getAtt = (logicalId: string, attribute: string, path: string): string => {
    const resource = found(logicalId, path);
    const arns: Readonly<Record<string, () => string>> = {
      'AWS::SQS::Queue.Arn': () => `arn:aws:sqs:${region}:${queueAccount}:${nameOf(logicalId, resource, 'QueueName')}`,
      'AWS::SQS::Queue.QueueName': () => nameOf(logicalId, resource, 'QueueName'),
      'AWS::DynamoDB::Table.Arn': () => `arn:aws:dynamodb:${region}:${account}:table/${ref(logicalId, path)}`,
      'AWS::Events::EventBus.Arn': () => `arn:aws:events:${region}:${account}:event-bus/${ref(logicalId, path)}`,
      'AWS::Events::Rule.Arn': () => `arn:aws:events:${region}:${account}:rule/${logicalId}`,
      'AWS::Lambda::Function.Arn': () => `arn:aws:lambda:${region}:${account}:function:${ref(logicalId, path)}`,
      'AWS::CloudWatch::Alarm.Arn': () => alarmArn(logicalId, resource),
      'AWS::CloudWatch::CompositeAlarm.Arn': () => alarmArn(logicalId, resource),
      'AWS::IAM::Role.Arn': () => `arn:aws:iam::${account}:role/${logicalId}`,
    };
    const arn = arns[`${resource.Type}.${attribute}`];
    if (arn === undefined) throw new Error(`template: ${path}: ${resource.Type} has no attribute ${attribute} here`);
    return arn();
  };

  const substitute = (text: string, path: string): string =>
    text.replace(/\$\{([^!}][^}]*)\}/g, (_, name: string) => {
      const [logicalId = '', attribute] = name.split('.');
      return attribute === undefined ? ref(logicalId, path) : getAtt(logicalId, attribute, path);
    });

  const intrinsics: Readonly<Record<string, (operand: unknown, path: string) => unknown>> = {
    Ref: (operand, path) => ref(String(operand), path),
    'Fn::GetAtt': (operand, path) => {
      const [logicalId = '', attribute = ''] = Array.isArray(operand)
        ? operand.map(String)
        : String(operand).split('.');
      return getAtt(logicalId, attribute, path);
    },
    'Fn::Sub': (operand, path) => substitute(String(operand), path),
    'Fn::Join': (operand, path) => {
      const [separator, parts] = Array.isArray(operand) ? operand : [];
      const resolved = resolve(parts, path);
      return Array.isArray(resolved) ? resolved.join(String(separator)) : '';
    },
  };

  const resolve = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => resolve(item, `${path}[${index}]`));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [first] = entries;
    if (entries.length === 1 && first !== undefined && (first[0] === 'Ref' || first[0].startsWith('Fn::'))) {
      const intrinsic = intrinsics[first[0]];
      if (intrinsic === undefined)
        throw new Error(`template: ${path}: ${first[0]} is not known to the embedded region`);
      return intrinsic(first[1], path);
    }
    return Object.fromEntries(entries.map(([key, item]) => [key, resolve(item, `${path}.${key}`)]));
  };

  return {
    idsOf: (type) => Object.keys(resources).filter((logicalId) => resources[logicalId]?.Type === type),
    properties(logicalId) {
      const resolved = resolve(found(logicalId, logicalId).Properties ?? {}, logicalId);
      return typeof resolved === 'object' && resolved !== null ? { ...resolved } : {};
    },
  };
}
