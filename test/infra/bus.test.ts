import { describe, expect, it } from 'vitest';
import { actionsOf, resourcesOf, statementsOf, template } from './packaged.ts';

interface BusStatement {
  readonly Effect: string;
  readonly Principal: unknown;
  readonly Action: string;
  readonly Resource: unknown;
  readonly Condition: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const policies = resourcesOf('AWS::Events::EventBusPolicy');
// The shape is what these tests are about: another one fails them.
const packaged = policies.map(([, { Properties }]) => Properties.Statement as BusStatement);

const account = '111122223333';
const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;
const busArn = { 'Fn::GetAtt': ['BallastBus', 'Arn'] };

/** CloudFormation's intrinsics as the policy uses them; a role's ARN ends in its logical id here. */
function resolved(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(resolved);
  if (typeof value === 'string') return [value];
  const { 'Fn::Sub': text, 'Fn::GetAtt': attribute } = value as { 'Fn::Sub'?: string; 'Fn::GetAtt'?: [string, string] };
  if (text !== undefined)
    return [text.replaceAll(`\${AWS::Partition}`, 'aws').replaceAll(`\${AWS::AccountId}`, account)];
  if (attribute?.[1] === 'Arn') return [role(attribute[0])];
  throw new Error(`no such value: ${JSON.stringify(value)}`);
}

/** One request to PutEvents; `by` is the caller's aws:PrincipalArn, absent for an AWS service that acts as itself. */
interface Put {
  readonly by?: string;
  readonly sources: readonly string[];
  readonly detailTypes: readonly string[];
}

/** Each of the six parts of an ARN on its own: a `*` does not reach over a colon, but over slashes. */
function arnIsLike(value: string, pattern: string): boolean {
  const parts = (text: string) => [...text.split(':').slice(0, 5), text.split(':').slice(5).join(':')];
  const matches = (part: string, wanted = '') =>
    new RegExp(`^${wanted.replace(/[\\^$.+?()[\]{}|]/g, '\\$&').replaceAll('*', '.*')}$`).test(part);
  return parts(value).every((part, index) => matches(part, parts(pattern)[index]));
}

/** The operators by IAM's rules for a key that is missing: a negated one matches, ForAnyValue does not. */
const operators: Readonly<Record<string, (values: readonly string[], wanted: readonly string[]) => boolean>> = {
  ArnNotLike: (values, wanted) => !values.some((value) => wanted.some((pattern) => arnIsLike(value, pattern))),
  ArnNotEquals: (values, wanted) => !values.some((value) => wanted.some((pattern) => arnIsLike(value, pattern))),
  'ForAnyValue:StringNotEquals': (values, wanted) => values.some((value) => !wanted.includes(value)),
};

function matches({ Condition }: BusStatement, put: Put): boolean {
  const context: Readonly<Record<string, readonly string[]>> = {
    'aws:PrincipalArn': put.by === undefined ? [] : [put.by],
    'events:source': put.sources,
    'events:detail-type': put.detailTypes,
  };
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => {
      const [holds, values] = [operators[operator], context[key]];
      if (holds === undefined || values === undefined) throw new Error(`no such condition: ${operator} of ${key}`);
      return holds(values, resolved(wanted));
    }),
  );
}

/** Whether a principal whose own policies allow PutEvents on the bus is let through by the bus's policy. */
function letsThrough(put: Put, statements = packaged): boolean {
  return !statements.some((statement) => statement.Effect === 'Deny' && matches(statement, put));
}

/** The policy with other reporters than every role of the account. */
function withReporters(reporters: string | readonly string[]): BusStatement[] {
  return packaged.map((statement) =>
    statement.Condition.ArnNotLike === undefined
      ? statement
      : { ...statement, Condition: { ...statement.Condition, ArnNotLike: { 'aws:PrincipalArn': reporters } } },
  );
}

const report = { sources: ['ballast.task'], detailTypes: ['Checkpoint Completed'] };
const request = { sources: ['ballast'], detailTypes: ['Checkpoint Requested'] };
const publishers = [
  'OnSpotNoticeRole',
  'OnCheckpointReportRole',
  'RunCheckpointHookRole',
  'ResumeRole',
  'DiagnoseRole',
  'DecideRole',
];

describe('the policy of the bus', () => {
  it('takes away and allows nothing, so that a report needs a policy of the reporter too', () => {
    expect(
      packaged.map(({ Effect, Principal, Action, Resource }) => ({ Effect, Principal, Action, Resource })),
    ).toEqual(
      Array.from({ length: 3 }, () => ({
        Effect: 'Deny',
        Principal: '*',
        Action: 'events:PutEvents',
        Resource: busArn,
      })),
    );
  });

  it('is of our bus, a statement each, written one after the other', () => {
    expect(policies.map(([, { Properties }]) => Properties.EventBusName)).toEqual(
      Array.from({ length: 3 }, () => ({ Ref: 'BallastBus' })),
    );
    expect(new Set(policies.map(([, { Properties }]) => Properties.StatementId)).size).toBe(3);
    const after = policies.map(([logicalId]) => Reflect.get(template.Resources[logicalId] ?? {}, 'DependsOn'));
    expect(after.slice(1)).toEqual(policies.slice(0, -1).map(([logicalId]) => [logicalId]));
  });

  it('exempts exactly the functions whose roles publish on the bus', () => {
    const publishing = resourcesOf('AWS::IAM::Role')
      .map(([logicalId]) => logicalId)
      .filter((logicalId) => actionsOf(logicalId).includes('events:PutEvents'));
    expect(publishing.sort()).toEqual([...publishers].sort());
    for (const { Condition } of packaged) {
      expect(resolved(Condition.ArnNotEquals?.['aws:PrincipalArn']).sort()).toEqual(publishing.map(role));
    }
  });

  it('fits into what a bus may have, 10 KB, with fifty reporters', () => {
    const many = withReporters(Array.from({ length: 50 }, (_, index) => role(`team/some-long-role-name-${index}`)));
    expect(JSON.stringify(many).length).toBeLessThan(10_240);
  });
});

describe('reporters', () => {
  const jobs = withReporters([role('jobs/*'), role('render')]);

  it.each([
    ['a role that is named', 'render'],
    ['a role that a pattern means', 'jobs/nightly'],
    ['a role that a pattern means, a path deeper', 'jobs/eu/nightly'],
  ])('are let through: %s', (_what, name) => {
    expect(letsThrough({ by: role(name), ...report }, jobs)).toBe(true);
    expect(letsThrough({ by: role(name), ...report, detailTypes: ['Checkpoint Failed'] }, jobs)).toBe(true);
  });

  it.each<[string, string | undefined]>([
    ['a role that is not listed', role('web')],
    ['a role whose name only begins so', role('render-farm')],
    ['a role of another account', 'arn:aws:iam::444455556666:role/render'],
    ['a user', `arn:aws:iam::${account}:user/render`],
    ['the root user', `arn:aws:iam::${account}:root`],
    ['a federated user', `arn:aws:sts::${account}:federated-user/render`],
    ['an AWS service that acts as itself', undefined],
  ])('are nobody else: %s', (_what, by) => {
    expect(letsThrough({ ...(by === undefined ? {} : { by }), ...report }, jobs)).toBe(false);
  });

  it.each<[string, Omit<Put, 'by'>]>([
    ['ballast', request],
    ['ballast, of a report', { ...report, sources: ['ballast'] }],
    ['another source', { ...report, sources: ['my.app'] }],
    ['the source in capitals', { ...report, sources: ['Ballast.Task'] }],
    ['ours', { ...report, detailTypes: ['Checkpoint Requested'] }],
    ['ours, that a checkpoint is there', { ...report, detailTypes: ['Checkpoint Available'] }],
    ['one good entry and one bad', { sources: ['ballast.task', 'ballast'], detailTypes: ['Checkpoint Completed'] }],
    [
      'one good detail-type and one bad',
      { sources: ['ballast.task'], detailTypes: ['Checkpoint Completed', 'Task Resumed'] },
    ],
  ])('cannot speak as Ballast: %s', (_what, put) => {
    expect(letsThrough({ by: role('render'), ...put }, jobs)).toBe(false);
  });

  it('may tell both outcomes at once', () => {
    const both = { sources: ['ballast.task'], detailTypes: ['Checkpoint Completed', 'Checkpoint Failed'] };
    expect(letsThrough({ by: role('render'), ...both }, jobs)).toBe(true);
  });

  it('are one pattern or several', () => {
    expect(letsThrough({ by: role('render'), ...report }, withReporters(role('render')))).toBe(true);
    expect(letsThrough({ by: role('web'), ...report }, withReporters(role('render')))).toBe(false);
  });

  it('are every role of the account until they are narrowed, and no user', () => {
    expect(letsThrough({ by: role('service/web'), ...report })).toBe(true);
    expect(letsThrough({ by: role('service/web'), ...request })).toBe(false);
    expect(letsThrough({ by: `arn:aws:iam::${account}:user/web`, ...report })).toBe(false);
    expect(letsThrough({ by: 'arn:aws:iam::444455556666:role/web', ...report })).toBe(false);
  });
});

describe('functions of ours', () => {
  it.each(publishers)('%s publishes what Ballast says, whoever may report', (name) => {
    const own = statementsOf(name).find(({ Action }) => Action.includes('events:PutEvents'));
    expect(own).toMatchObject({ Effect: 'Allow', Resource: busArn });
    expect(letsThrough({ by: role(name), ...request })).toBe(true);
    expect(letsThrough({ by: role(name), ...request }, withReporters(role('render')))).toBe(true);
  });

  it.each(['OnTaskStateChangeRole', 'ReconcileRole', 'OnServiceActionRole'])(
    '%s, which has nothing to say, does not',
    (name) => {
      expect(letsThrough({ by: role(name), ...request })).toBe(false);
    },
  );
});
