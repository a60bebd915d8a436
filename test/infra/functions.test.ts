import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentNames } from '../../scripts/packaged-template.ts';
import { root } from '../../scripts/root.ts';
import { bundleOf } from './bundles.ts';
import { propertiesOf, resourcesOf, template } from './packaged.ts';

const functions = [
  ['on-spot-notice', 'OnSpotNoticeLambdaFunction'],
  ['on-task-state-change', 'OnTaskStateChangeLambdaFunction'],
  ['on-service-action', 'OnServiceActionLambdaFunction'],
  ['on-deployment-state-change', 'OnDeploymentStateChangeLambdaFunction'],
  ['on-checkpoint-report', 'OnCheckpointReportLambdaFunction'],
  ['run-checkpoint-hook', 'RunCheckpointHookLambdaFunction'],
  ['resume', 'ResumeLambdaFunction'],
  ['diagnose', 'DiagnoseLambdaFunction'],
  ['decide', 'DecideLambdaFunction'],
  ['reconcile', 'ReconcileLambdaFunction'],
  ['show-services', 'ShowServicesLambdaFunction'],
] as const;

/** What resume tells the containers that it starts: no settings of its own. */
const toldToContainers = ['BALLAST_CHECKPOINT_URI', 'BALLAST_CHECKPOINT_ID', 'BALLAST_RESUME_ATTEMPT'];

/** Settings that the code in a bundle asks for: what a function does not use is not in its bundle. */
function settingsRead(name: string): string[] {
  const text = readFileSync(join(root, 'dist', name, 'index.mjs'), 'utf8');
  const named = new Set([...text.matchAll(/BALLAST_[A-Z_]+/g)].map(([setting]) => setting));
  return [...named].filter((setting) => !toldToContainers.includes(setting)).sort();
}

describe('functions of the packaged stack', () => {
  it('has these functions and no other', () => {
    expect(
      resourcesOf('AWS::Lambda::Function')
        .map(([logicalId]) => logicalId)
        .sort(),
    ).toEqual(functions.map(([, logicalId]) => logicalId).sort());
  });

  it.each(functions)('runs %s on arm64 with Node 24 from its own bundle', (name, logicalId) => {
    expect(propertiesOf(logicalId)).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: `dist/${name}/index.handler`,
    });
  });

  // esbuild turns a `require` of CommonJS code that is left in an ESM bundle into a throw of this text.
  it.each(functions)('has nothing in the bundle of %s that cannot be loaded', (name) => {
    expect(readFileSync(join(root, 'dist', name, 'index.mjs'), 'utf8')).not.toContain('Dynamic require of');
  });

  it.each(functions)('needs nothing outside the bundle of %s but Node itself', (name) => {
    const outside = bundleOf(name).imports.filter(({ path }) => !isBuiltin(path));
    // The SDK would load this for operations that stream events; none of ours does.
    expect(outside).toEqual([{ path: '@smithy/core/event-streams', kind: 'dynamic-import', external: true }]);
  });

  it.each(functions)('keeps the logs of %s for 30 days', (_name, logicalId) => {
    const group = `/aws/lambda/${String(propertiesOf(logicalId).FunctionName)}`;
    const [found] = resourcesOf('AWS::Logs::LogGroup').filter(
      ([, { Properties }]) => Properties.LogGroupName === group,
    );
    expect(found?.[1].Properties.RetentionInDays).toBe(30);
  });

  // The JSON log format of Lambda would wrap what Powertools prints, and an embedded metric must be the whole log event.
  it.each(functions)('leaves the log format of %s to Powertools', (_name, logicalId) => {
    expect(propertiesOf(logicalId).LoggingConfig).toBeUndefined();
  });

  it.each(functions)('gives %s the settings that its code reads and no others', (name, logicalId) => {
    const given = environmentNames(template, logicalId).filter((setting) => setting.startsWith('BALLAST_'));
    expect(given.sort()).toEqual(settingsRead(name));
  });

  it('gives every function that looks at work, or asks for it, the same queue', () => {
    const asking = functions.filter(([, logicalId]) =>
      environmentNames(template, logicalId).includes('BALLAST_RESUME_QUEUE_URL'),
    );
    expect(asking.map(([name]) => name)).toEqual([
      'on-spot-notice',
      'on-task-state-change',
      'on-checkpoint-report',
      'run-checkpoint-hook',
      'resume',
      'reconcile',
    ]);
    for (const [, logicalId] of asking) {
      expect(propertiesOf(logicalId).Environment).toMatchObject({
        Variables: { BALLAST_RESUME_QUEUE_URL: { Ref: 'ResumeQueue' } },
      });
    }
    expect(propertiesOf('OnSpotNoticeLambdaFunction').Environment).toMatchObject({
      Variables: { BALLAST_HOOK_QUEUE_URL: { Ref: 'CheckpointHookQueue' } },
    });
  });

  it.each([
    ['ResumeLambdaFunction', 30, 512],
    ['RunCheckpointHookLambdaFunction', 130, 512],
    ['ShowServicesLambdaFunction', 15, 512],
  ])('gives %s %d s and %d MB', (logicalId, Timeout, MemorySize) => {
    expect(propertiesOf(logicalId)).toMatchObject({ Timeout, MemorySize });
  });

  it('reconciles every minute', () => {
    const schedules = resourcesOf('AWS::Events::Rule').filter(
      ([, { Properties }]) => 'ScheduleExpression' in Properties,
    );
    expect(schedules.map(([, { Properties }]) => Properties.ScheduleExpression)).toEqual(['rate(1 minute)']);
    expect(schedules[0]?.[1].Properties.Targets).toMatchObject([
      { Arn: { 'Fn::GetAtt': ['ReconcileLambdaFunction', 'Arn'] } },
    ]);
  });
});
