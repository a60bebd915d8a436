import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseStackPolicy, servicePolicy } from '../../../shared/policy/policy.ts';

const shipped: unknown = parse(readFileSync(new URL('../../../infra/policy.yml', import.meta.url), 'utf8'));
const stack = parseStackPolicy(shipped);

function shippedWith(defaults: Record<string, unknown>): unknown {
  const source = stackSource();
  return { ...source, defaults: { ...source.defaults, ...defaults } };
}

function stackSource() {
  return shipped as { readonly defaults: Record<string, unknown> };
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
        returnAfterMs: 300_000,
        returnStepPercent: 25,
        cooldownMs: 1_800_000,
        idleBridgeMs: 900_000,
        launchGraceMs: 300_000,
        onDemandFloor: 0,
        priority: 5,
        hedge: 0,
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
  ])('%j is refused with the path and the reason', (wrong, message) => {
    expect(() => parseStackPolicy(shippedWith(wrong))).toThrow(message);
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
