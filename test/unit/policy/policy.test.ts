import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { jobPolicy, parseStackPolicy, servicePolicy } from '../../../shared/policy/policy.ts';

const shipped: unknown = parse(readFileSync(new URL('../../../infra/policy.yml', import.meta.url), 'utf8'));
const stack = parseStackPolicy(shipped);

function shippedWith(defaults: Record<string, unknown>): unknown {
  const source = stackSource();
  return { ...source, defaults: { ...source.defaults, ...defaults } };
}

function stackSource() {
  return shipped as Record<string, unknown> & { readonly defaults: Record<string, unknown> };
}

describe('the stack policy', () => {
  it('as shipped leaves every service alone and only observes those that opt in', () => {
    expect(servicePolicy(stack, {})).toMatchObject({ ok: true, policy: { managed: false, mode: 'observe' } });
    expect(servicePolicy(stack, { 'ballast:managed': 'true' })).toMatchObject({
      ok: true,
      policy: {
        managed: true,
        mode: 'observe',
        fallback: 'bridge',
        maxBridge: { percent: 100 },
        returnAfterMs: 120_000,
        returnStepPercent: 25,
        cooldownMs: 120_000,
        stayShiftedMs: 1_800_000,
        idleBridgeMs: 900_000,
        launchGraceMs: 300_000,
        onDemandFloor: 0,
        priority: 5,
        hedge: { count: 0 },
        deregister: 'when-covered',
        allowOverlap: false,
        spotProvider: 'FARGATE_SPOT',
        onDemandProvider: 'FARGATE',
      },
    });
  });

  it('limits the vCPU of all bridges by a share of the quota and by a number', () => {
    expect(stack).toMatchObject({ reserveOnDemandVcpu: { percent: 20 }, ecsApiShare: 50 });
    expect(stack.stackMaxBridgeVcpu).toBeUndefined();
    const limited = { ...stackSource(), stackMaxBridgeVcpu: 4.5, reserveOnDemandVcpu: 2, onDemandVcpuQuota: 64 };
    expect(parseStackPolicy(limited)).toMatchObject({
      stackMaxBridgeVcpu: 4.5,
      reserveOnDemandVcpu: { count: 2 },
      onDemandVcpuQuota: 64,
    });
  });

  it.each([
    [{ stackMaxBridgeVcpu: 'much' }, 'policy.yml: stackMaxBridgeVcpu: expected a number of vCPU like 4 or 0.5'],
    [{ stackMaxBridgeVcpu: 0.3 }, 'policy.yml: stackMaxBridgeVcpu: expected a number of vCPU like 4 or 0.5'],
    [{ reserveOnDemandVcpu: '20%' }, 'policy.yml: reserveOnDemandVcpu: expected a count like 3 or a share like 25pct'],
    [{ ecsApiShare: '0pct' }, 'policy.yml: ecsApiShare: expected a share from 1pct to 100pct'],
    [{ stackMaxBridgeVCpu: 4 }, 'policy.yml: stackMaxBridgeVCpu: no such setting'],
  ])('%j beside the defaults is refused with the path and the reason', (wrong, message) => {
    expect(() => parseStackPolicy({ ...stackSource(), ...wrong })).toThrow(message);
  });

  it('cannot enrol an account at once', () => {
    const everything = parseStackPolicy(shippedWith({ managed: true }));
    expect(servicePolicy(everything, {})).toMatchObject({ ok: true, policy: { managed: false } });
  });

  it.each([
    [{ mode: 'on' }, 'policy.yml: defaults.mode: expected observe or act'],
    [{ 'return-after': '5 minutes' }, 'policy.yml: defaults.return-after: expected a duration like 90s, 5m or 1h'],
    [{ 'max-bridge': '50%' }, 'policy.yml: defaults.max-bridge: expected a count like 3 or a share like 25pct'],
    [{ cooldown: '25h' }, 'policy.yml: defaults.cooldown: expected at most 24h'],
    [{ 'retrun-after': '5m' }, 'policy.yml: defaults.retrun-after: no such setting'],
    [{ 'max-resumes': 101 }, 'policy.yml: defaults.max-resumes: expected a whole number from 0 to 100'],
    // Opting in is a task definition's own business.
    [{ resume: true }, 'policy.yml: defaults.resume: no such setting'],
    [{ checkpoint: 'in-task' }, 'policy.yml: defaults.checkpoint: no such setting'],
  ])('%j is refused with the path and the reason', (wrong, message) => {
    expect(() => parseStackPolicy(shippedWith(wrong))).toThrow(message);
  });

  it('has a hook that only asks, and knows who starts tasks again himself', () => {
    expect(stack.hooks).toEqual({ 'in-task': { waitMs: 15_000 } });
    expect(stack.orchestrators).toEqual(['AWS Step Functions*', 'chronos-schedule/*', 'AWSBatch-*']);
  });

  it('needs neither hooks nor orchestrators', () => {
    const { hooks: _hooks, orchestrators: _orchestrators, ...without } = stackSource();
    expect(parseStackPolicy(without)).toMatchObject({ hooks: {}, orchestrators: [] });
  });

  it.each([
    [{}, { waitMs: 15_000 }],
    [{ wait: '90s' }, { waitMs: 90_000 }],
    [{ wait: '1h' }, { waitMs: 3_600_000 }],
    [{ wait: '0s' }, { waitMs: 0 }],
    [{ uri: 's3://bucket/checkpoints' }, { uri: 's3://bucket/checkpoints', waitMs: 15_000 }],
    [{ uri: 'file:///mnt/checkpoints' }, { uri: 'file:///mnt/checkpoints', waitMs: 15_000 }],
    [{ lambda: 'dump-state' }, { lambda: 'dump-state', waitMs: 15_000 }],
    [{ lambda: 'dump-state:live' }, { lambda: 'dump-state:live', waitMs: 15_000 }],
    [
      { lambda: 'arn:aws-cn:lambda:cn-north-1:111122223333:function:dump-state:$LATEST' },
      { lambda: 'arn:aws-cn:lambda:cn-north-1:111122223333:function:dump-state:$LATEST', waitMs: 15_000 },
    ],
  ])('has hooks like %j', (hook, expected) => {
    expect(parseStackPolicy({ ...stackSource(), hooks: { save: hook } }).hooks).toEqual({ save: expected });
  });

  it.each([
    [{ save: { wait: '90' } }, 'hooks.save.wait: expected a duration like 90s, 5m or 1h'],
    [{ save: { wait: '61m' } }, 'hooks.save.wait: expected at most 1h'],
    [{ save: {}, dump: { uri: 'bucket/x' } }, 'hooks.dump.uri: expected a URI like s3://bucket/checkpoints'],
    [{ save: { uri: 's3://bucket/' } }, 'hooks.save.uri: expected a URI like s3://bucket/checkpoints'],
    [{ save: { uri: 's3://bucket?versions' } }, 'hooks.save.uri: expected a URI like s3://bucket/checkpoints'],
    [{ save: { uri: 's3://a bucket' } }, 'hooks.save.uri: expected a URI like s3://bucket/checkpoints'],
    [{ save: { lambda: 'dump state' } }, 'hooks.save.lambda: expected the name or ARN of a Lambda function'],
    [{ save: { lambda: 'x'.repeat(65) } }, 'hooks.save.lambda: expected the name or ARN of a Lambda function'],
    [
      { save: { lambda: 'arn:aws:lambda:us-east-1:111122223333:layer:dump:1' } },
      'hooks.save.lambda: expected the name or ARN of a Lambda function',
    ],
    [{ save: { url: 'https://hooks' } }, 'hooks.save.url: no such setting'],
    [{ 'sa ve': {} }, 'hooks.sa ve: '],
    [{ save: 'always' }, 'hooks.save: '],
  ])('has no hooks like %j: the path and the reason are named', (hooks, message) => {
    expect(() => parseStackPolicy({ ...stackSource(), hooks })).toThrow(`policy.yml: ${message}`);
  });

  it.each([
    [[''], 'orchestrators.0: expected a pattern like AWS Step Functions*'],
    [['airflow*', 5], 'orchestrators.1: '],
    ['airflow*', 'orchestrators: '],
  ])('has no orchestrators like %j', (orchestrators, message) => {
    expect(() => parseStackPolicy({ ...stackSource(), orchestrators })).toThrow(`policy.yml: ${message}`);
  });

  it.each([[null], ['text'], [[]], [{}], [{ tagPrefix: 'ballast:' }]])('%j is no policy', (document) => {
    expect(() => parseStackPolicy(document)).toThrow(/^policy\.yml: /);
  });
});

describe('service tags', () => {
  const managed = { 'ballast:managed': 'true' };

  it.each([
    [{ 'ballast:mode': 'act' }, { mode: 'act' }],
    [{ 'ballast:return-after': '90s' }, { returnAfterMs: 90_000 }],
    [{ 'ballast:cooldown': '1h' }, { cooldownMs: 3_600_000 }],
    [{ 'ballast:max-bridge': '3' }, { maxBridge: { count: 3 } }],
    [{ 'ballast:max-bridge': '25pct' }, { maxBridge: { percent: 25 } }],
    [{ 'ballast:spot-provider': 'spot-b' }, { spotProvider: 'spot-b' }],
    [{ 'ballast:checkpoint': 'save' }, { checkpoint: 'save' }],
    [{ 'team:mode': 'act' }, { mode: 'observe' }],
  ])('%j override the stack', (tags, expected) => {
    expect(servicePolicy(stack, { ...managed, ...tags })).toMatchObject({ ok: true, policy: expected });
  });

  it.each([
    [{ 'ballast:mode': 'Act' }, 'ballast:mode', 'expected observe or act'],
    [{ 'ballast:retrun-after': '5m' }, 'ballast:retrun-after', 'no such setting'],
    [{ 'ballast:return-step': '0pct' }, 'ballast:return-step', 'expected a share from 1pct to 100pct'],
    [
      { 'ballast:on-demand-floor': '4', 'ballast:max-bridge': '3' },
      'ballast:on-demand-floor',
      '4 is above max-bridge 3',
    ],
  ])('%j are refused naming the tag', (tags, tag, problem) => {
    expect(servicePolicy(stack, { ...managed, ...tags })).toEqual({ ok: false, tag, problem });
  });
});

describe('task definition tags', () => {
  const resume = { 'ballast:resume': 'true' };

  it('opt in to resume, by the defaults of the stack', () => {
    expect(jobPolicy(stack, resume)).toEqual({
      ok: true,
      policy: {
        resume: true,
        observe: false,
        maxResumes: 3,
        onDemand: true,
        spotProvider: 'FARGATE_SPOT',
        onDemandProvider: 'FARGATE',
      },
    });
  });

  it.each([{}, { 'ballast:resume': 'false' }, { 'team:resume': 'true' }, { 'ballast:managed': 'true' }])(
    '%j opt in to nothing',
    (tags) => {
      expect(jobPolicy(stack, tags)).toMatchObject({ ok: true, policy: { resume: false } });
    },
  );

  it.each([
    [{ 'ballast:mode': 'observe' }, { observe: true }],
    // The stack's mode is of services: opting in to resume is opting in to its being done.
    [{ 'ballast:mode': 'act' }, { observe: false }],
    [{ 'ballast:max-resumes': '0' }, { maxResumes: 0 }],
    [{ 'ballast:max-resumes': '100' }, { maxResumes: 100 }],
    [{ 'ballast:fallback': 'none' }, { onDemand: false }],
    [{ 'ballast:fallback': 'bridge' }, { onDemand: true }],
    [{ 'ballast:resume-container': 'worker' }, { container: 'worker' }],
    [{ 'ballast:checkpoint': 'save' }, { checkpoint: 'save' }],
    [{ 'ballast:spot-provider': 'spot-b' }, { spotProvider: 'spot-b' }],
    [{ 'ballast:on-demand-provider': 'own-b' }, { onDemandProvider: 'own-b' }],
  ])('%j override the stack', (tags, expected) => {
    expect(jobPolicy(stack, { ...resume, ...tags })).toMatchObject({ ok: true, policy: expected });
  });

  it('go by the stack where they say nothing', () => {
    const other = parseStackPolicy(
      shippedWith({ 'max-resumes': 7, mode: 'act', 'spot-provider': 'spot-b', 'on-demand-provider': 'own-b' }),
    );
    expect(jobPolicy(other, resume)).toMatchObject({
      policy: { maxResumes: 7, observe: false, spotProvider: 'spot-b', onDemandProvider: 'own-b' },
    });
  });

  it('never go on demand where the stack never does', () => {
    const never = parseStackPolicy(shippedWith({ fallback: 'none' }));
    expect(jobPolicy(never, resume)).toMatchObject({ policy: { onDemand: false } });
  });

  it.each([
    [{ 'ballast:resume': 'yes' }, 'ballast:resume', 'expected true or false'],
    [{ 'ballast:max-resumes': 'many' }, 'ballast:max-resumes', 'expected a whole number from 0 to 100'],
    [{ 'ballast:max-resumes': '101' }, 'ballast:max-resumes', 'expected a whole number from 0 to 100'],
    [{ 'ballast:resume-container': '' }, 'ballast:resume-container', 'expected a name of letters, digits, - and _'],
    [{ 'ballast:checkpoint': 's3://x' }, 'ballast:checkpoint', 'expected a name of letters, digits, - and _'],
    [{ 'ballast:max-resume': '5' }, 'ballast:max-resume', 'no such setting'],
  ])('%j are refused naming the tag', (tags, tag, problem) => {
    expect(jobPolicy(stack, { ...resume, ...tags })).toEqual({ ok: false, tag, problem });
  });
});
