import { AwsError } from '../aws-error.ts';
import type { Engine } from '../engine.ts';
import type { TargetGroupModel } from '../model.ts';
import { type Input, optionalNumber, records, refuseUnknown, text } from './input.ts';

type Output = Record<string, unknown>;

function targetGroupOf(engine: Engine, input: Input): TargetGroupModel {
  const group = engine.targetGroups.get(text(input, 'TargetGroupArn'));
  if (group === undefined) throw new AwsError('TargetGroupNotFound', 'One or more target groups not found');
  return group;
}

export function describeTargetHealth(engine: Engine, input: Input): Output {
  refuseUnknown('DescribeTargetHealth', input, ['TargetGroupArn', 'Targets', 'Include']);
  const targets = [...targetGroupOf(engine, input).targets.values()];
  return {
    TargetHealthDescriptions: targets.map(({ id, port, state }) => ({
      Target: { Id: id, Port: port },
      HealthCheckPort: String(port),
      TargetHealth: { State: state },
    })),
  };
}

/** A target that is not registered is no error. */
export function deregisterTargets(engine: Engine, input: Input): Output {
  refuseUnknown('DeregisterTargets', input, ['TargetGroupArn', 'Targets']);
  const group = targetGroupOf(engine, input);
  for (const target of records(input, 'Targets')) {
    const registered = group.targets.get(text(target, 'Id'));
    if (registered !== undefined) registered.state = 'draining';
  }
  return {};
}

export function registerTargets(engine: Engine, input: Input): Output {
  refuseUnknown('RegisterTargets', input, ['TargetGroupArn', 'Targets']);
  const group = targetGroupOf(engine, input);
  for (const target of records(input, 'Targets')) {
    const id = text(target, 'Id');
    group.targets.set(id, { id, port: optionalNumber(target, 'Port') ?? 80, state: 'initial' });
  }
  return {};
}
