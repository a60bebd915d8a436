import { describe, expect, it } from 'vitest';
import { uriProblem } from '../../../shared/decisions/checkpoint-uri.ts';
import type { CheckpointHook } from '../../../shared/policy/policy.ts';

const below = (uri: string): CheckpointHook => ({ uri, waitMs: 15_000 });
const anywhere: CheckpointHook = { waitMs: 15_000 };

describe('a checkpoint may lie', () => {
  it.each([
    ["at the hook's own place", 's3://bucket/ck', [below('s3://bucket/ck')]],
    ['below it', 's3://bucket/ck/shop/ckpt-a/state', [below('s3://bucket/ck')]],
    ['below it, ending in a slash', 's3://bucket/ck/', [below('s3://bucket/ck')]],
    ['below it with dots in names', 's3://bucket/ck/..a/b../...', [below('s3://bucket/ck')]],
    ['below a bucket', 's3://bucket/a', [below('s3://bucket')]],
    ['below it in another scheme', 'efs://fs-1/ck/a', [below('efs://fs-1/ck')]],
    ['below a place of any of the hooks', 's3://b/ck/a', [below('s3://a/ck'), below('s3://b/ck')]],
    ['anywhere in S3 where a hook has no place', 's3://any/where', [anywhere]],
    ['anywhere in S3 where one of the hooks has none', 's3://any/where', [below('s3://a/ck'), anywhere]],
    ['at a place of a hook beside one that has none', 'efs://fs-1/ck/a', [anywhere, below('efs://fs-1/ck')]],
  ])('%s', (_where, uri, hooks) => {
    expect(uriProblem(uri, hooks)).toBeUndefined();
  });
});

describe('a checkpoint may not lie', () => {
  it.each([
    [
      'in a place that only begins alike',
      's3://bucket/ckpt/a',
      [below('s3://bucket/ck')],
      'no checkpoint may lie at s3://bucket/ckpt/a, only at or below s3://bucket/ck',
    ],
    [
      'above the place',
      's3://bucket',
      [below('s3://bucket/ck')],
      'no checkpoint may lie at s3://bucket, only at or below s3://bucket/ck',
    ],
    [
      'in another bucket',
      's3://bucket2/ck/a',
      [below('s3://bucket')],
      'no checkpoint may lie at s3://bucket2/ck/a, only at or below s3://bucket',
    ],
    [
      'in another scheme',
      'https://bucket/ck/a',
      [below('s3://bucket/ck')],
      'no checkpoint may lie at https://bucket/ck/a, only at or below s3://bucket/ck',
    ],
    [
      'in another scheme than S3 where a hook has no place',
      'gs://bucket/a',
      [anywhere],
      'no checkpoint may lie at gs://bucket/a, only anywhere in s3://',
    ],
    [
      'in a scheme that only begins like S3',
      's3a://bucket/a',
      [anywhere],
      'no checkpoint may lie at s3a://bucket/a, only anywhere in s3://',
    ],
    [
      'in none of several places, each of which is named once',
      'gs://bucket/a',
      [below('s3://a/ck'), anywhere, below('s3://a/ck'), below('efs://fs-1')],
      'no checkpoint may lie at gs://bucket/a, only at or below s3://a/ck or anywhere in s3:// or at or below efs://fs-1',
    ],
    [
      'anywhere where there is no hook',
      's3://bucket/a',
      [],
      'no checkpoint may lie at s3://bucket/a, no hook has a place for it',
    ],
    [
      "in a place whose query and user are nobody's business",
      'https://me:secret@host/a?signature=secret#secret',
      [anywhere],
      'no checkpoint may lie at https://host/a, only anywhere in s3://',
    ],
    [
      'at a host that a user name imitates',
      'https://host@evil.example/ck/a',
      [below('https://host')],
      'no checkpoint may lie at https://evil.example/ck/a, only at or below https://host',
    ],
  ])('%s', (_where, uri, hooks, problem) => {
    expect(uriProblem(uri, hooks)).toBe(problem);
  });

  it.each([
    's3://bucket/ck/../other',
    's3://bucket/ck/a/../../other',
    's3://bucket/ck/..',
    'https://host/ck/%2e%2E/other',
    'https://host/ck/.%2e/other',
    'https://host/ck/..%2Fother',
    'https://host/ck/a%2f..%2f..%2fother',
    'https://host/ck/..\\other',
    'https://host/ck/..%5cother',
    'https://host/ck/..?version=1',
    'https://host/ck/..#top',
  ])('where it climbs out of the place: %s', (uri) => {
    expect(uriProblem(uri, [below('s3://bucket/ck'), below('https://host/ck')])).toMatch(
      /, only at or below s3:\/\/bucket\/ck or at or below https:\/\/host\/ck$/,
    );
  });
});
