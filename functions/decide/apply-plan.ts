import type { AppliedCommand, Command, Plan } from '../../shared/decisions/plan.ts';
import { serviceArnOf } from '../../shared/events/arn.ts';
import { bridgeOfTag } from '../../shared/ports/bridge-tag.ts';
import type { Ecs } from '../../shared/ports/ecs.ts';
import type { Ledger } from '../../shared/ports/ledger.ts';

export interface ApplyDeps {
  readonly ecs: Ecs;
  readonly ledger: Pick<Ledger, 'enrol' | 'disenrol'>;
}

/**
 * Carries a plan out in its order; after a command that fails the rest is left to the next decision. What ECS refuses
 * is a result, not an error. In mode observe nothing is written.
 */
export async function applyPlan(deps: ApplyDeps, plan: Plan, mode: 'act' | 'observe'): Promise<AppliedCommand[]> {
  if (mode === 'observe') return plan.commands.map((command) => ({ command, result: 'observed' }));
  const applied: AppliedCommand[] = [];
  for (const command of plan.commands) {
    const stopped = applied.some((earlier) => earlier.result !== 'applied');
    applied.push(stopped ? { command, result: 'skipped' } : await apply(deps, command));
  }
  return applied;
}

async function apply(deps: ApplyDeps, command: Command): Promise<AppliedCommand> {
  await noteBridge(deps, command);
  try {
    await send(deps.ecs, command);
  } catch (error) {
    return { command, ...failureOf(error) };
  }
  if (command.kind === 'DeleteService') await deps.ledger.disenrol(serviceArnOf(command.clusterArn, command.service));
  return { command, result: 'applied' };
}

function failureOf(error: unknown): Omit<AppliedCommand, 'command'> {
  if (!(error instanceof Error)) return { result: 'failed', error: String(error) };
  const cause = error.cause instanceof Error ? error.cause.name : '';
  return {
    result: error.name === 'TerminalError' ? 'refused' : 'failed',
    error: error.message,
    ...(/^Throttl|^TooManyRequests|^Request(Throttled|LimitExceeded)/.test(cause) ? { throttled: true } : {}),
  };
}

/** Sensors have to know a bridge before its first event, which may be a placement failure at once. */
async function noteBridge({ ledger }: ApplyDeps, command: Command): Promise<void> {
  if (command.kind !== 'CreateService') return;
  const { clusterArn, serviceName, tags } = command.request;
  const bridgeOf = tags[bridgeOfTag];
  const arn = serviceArnOf(clusterArn, serviceName);
  await ledger.enrol({ arn, kind: 'bridge', tags, ...(bridgeOf === undefined ? {} : { bridgeOf }) });
}

async function send(ecs: Ecs, command: Command): Promise<void> {
  switch (command.kind) {
    case 'CreateService':
      await ecs.createService(command.request);
      return;
    case 'UpdateService.desiredCount':
      return ecs.setDesiredCount(command, command.to);
    case 'UpdateService.revision':
      return ecs.updateRevision(command, command.launch, command.to);
    case 'UpdateService.capacityProviderStrategy':
      return ecs.forceCapacityProviderStrategy(command, command.to);
    case 'DeleteService':
      return ecs.deleteService(command);
    case 'StopServiceDeployment':
      return ecs.rollBackServiceDeployment(command.serviceDeploymentArn);
  }
}
