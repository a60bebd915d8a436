import { AwsError } from '../aws-error.ts';
import { present } from '../describe.ts';
import type { Engine } from '../engine.ts';
import type { TargetGroupModel, TargetModel } from '../model.ts';
import { targetKey } from '../target-groups.ts';
import { type Input, optionalNumber, records, refuseUnknown, text } from './input.ts';

type Output = Record<string, unknown>;

function targetGroupOf(engine: Engine, input: Input): TargetGroupModel {
  const group = engine.targetGroups.get(text(input, 'TargetGroupArn'));
  if (group === undefined) throw new AwsError('TargetGroupNotFound', 'One or more target groups not found');
  return group;
}

/** A target without a port is the one at the group's port: whoever registered another has to name it. */
function targetsIn(group: TargetGroupModel, input: Input): { readonly id: string; readonly port: number }[] {
  return records(input, 'Targets').map((target) => ({
    id: text(target, 'Id'),
    port: optionalNumber(target, 'Port') ?? group.port,
  }));
}

/** Every target of the group, or those that are asked for; what is not registered is `unused`. */
export function describeTargetHealth(engine: Engine, input: Input): Output {
  refuseUnknown('DescribeTargetHealth', input, ['TargetGroupArn', 'Targets', 'Include']);
  const group = targetGroupOf(engine, input);
  const asked = input.Targets === undefined ? [...group.targets.values()] : targetsIn(group, input);
  return {
    TargetHealthDescriptions: asked.map(({ id, port }) => ({
      Target: { Id: id, Port: port },
      HealthCheckPort: String(port),
      TargetHealth: healthOf(group.targets.get(targetKey({ id, port }))),
    })),
  };
}

/** Only of what is not healthy there is more to say. */
function healthOf(target: TargetModel | undefined): Output {
  const state = target?.state ?? 'unused';
  const { reason, description } = (state === 'unhealthy' ? target?.health : undefined) ?? plainHealth[state] ?? {};
  return present({ State: state, Reason: reason, Description: description });
}

const plainHealth: Readonly<Record<string, { readonly reason: string; readonly description: string }>> = {
  unused: { reason: 'Target.NotRegistered', description: 'Target is not registered to the target group' },
  initial: { reason: 'Elb.RegistrationInProgress', description: 'Target registration is in progress' },
  draining: { reason: 'Target.DeregistrationInProgress', description: 'Target deregistration is in progress' },
};

/** A target that is not registered is no error. */
export function deregisterTargets(engine: Engine, input: Input): Output {
  refuseUnknown('DeregisterTargets', input, ['TargetGroupArn', 'Targets']);
  const group = targetGroupOf(engine, input);
  for (const target of targetsIn(group, input)) {
    const registered = group.targets.get(targetKey(target));
    if (registered !== undefined) registered.state = 'draining';
  }
  return {};
}

export function registerTargets(engine: Engine, input: Input): Output {
  refuseUnknown('RegisterTargets', input, ['TargetGroupArn', 'Targets']);
  const group = targetGroupOf(engine, input);
  for (const target of targetsIn(group, input)) group.targets.set(targetKey(target), { ...target, state: 'initial' });
  return {};
}
