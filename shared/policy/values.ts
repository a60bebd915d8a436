import * as z from 'zod/mini';

/** The grammar of single policy values, the same in `policy.yml` and in ECS tags. */

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

const matching = (pattern: RegExp, expected: string) => z.string().check(z.regex(pattern, `expected ${expected}`));

/** `90s`, `5m`, `1h` → milliseconds, at most `maxHours`. */
export const duration = (maxHours: number) =>
  z
    .pipe(
      matching(/^\d{1,6}[smh]$/, 'a duration like 90s, 5m or 1h'),
      z.transform((text) => Number(text.slice(0, -1)) * unitMs[text.slice(-1) as keyof typeof unitMs]),
    )
    .check(z.refine((ms) => ms <= maxHours * unitMs.h, `expected at most ${maxHours}h`));

/** A whole number from 0 to `max`. */
export const count = (max: number) =>
  z
    .pipe(matching(/^\d{1,6}$/, `a whole number from 0 to ${max}`), z.transform(Number))
    .check(z.refine((value) => value <= max, `expected a whole number from 0 to ${max}`));

export type Amount = { readonly count: number } | { readonly percent: number };

/** `3` → a count of tasks, `25pct` → a share. AWS tag values admit no `%`. */
export const amount = z.pipe(
  matching(/^\d{1,6}(pct)?$/, 'a count like 3 or a share like 25pct'),
  z.transform(
    (text): Amount => (text.endsWith('pct') ? { percent: Number(text.slice(0, -3)) } : { count: Number(text) }),
  ),
);

/** So many tasks, or that share of `of`, rounded up. */
export function tasksOf(amount: Amount, of: number): number {
  return 'count' in amount ? amount.count : Math.ceil((of * amount.percent) / 100);
}

/** `25pct` → 25, from 1 to 100. */
export const percent = z
  .pipe(
    matching(/^\d{1,3}pct$/, 'a share from 1pct to 100pct'),
    z.transform((text) => Number(text.slice(0, -3))),
  )
  .check(z.refine((value) => value >= 1 && value <= 100, 'expected a share from 1pct to 100pct'));

/** vCPU: a whole number or halves and quarters, like 0.25. */
export const vcpu = z.pipe(matching(/^\d{1,6}(\.(25|5|75))?$/, 'a number of vCPU like 4 or 0.5'), z.transform(Number));

export const flag = z.pipe(
  z.enum(['true', 'false'], 'expected true or false'),
  z.transform((text) => text === 'true'),
);

export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `expected ${values.join(' or ')}`);

/** The name of a capacity provider, a hook or a tier. */
export const name = matching(/^[A-Za-z0-9_-]{1,255}$/, 'a name of letters, digits, - and _');

/** Where checkpoints lie: a scheme, a place and a path, without query or a slash at the end. */
export const uriPrefix = matching(/^[a-z][a-z0-9+.-]*:\/\/[^\s?#]+[^\s?#/]$/, 'a URI like s3://bucket/checkpoints');

/** A function's name, or its ARN with or without a qualifier. */
export const lambdaName = matching(
  /^(arn:[^:\s]+:lambda:[^:\s]+:\d{12}:function:)?[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9$_-]{1,128})?$/,
  'the name or ARN of a Lambda function',
);
