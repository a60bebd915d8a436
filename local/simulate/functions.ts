import { decide } from '../../functions/decide/decide.ts';
import { diagnoseDeployment } from '../../functions/diagnose/diagnose-deployment.ts';
import { onDeploymentStateChange } from '../../functions/on-deployment-state-change/on-deployment-state-change.ts';
import { onServiceAction } from '../../functions/on-service-action/on-service-action.ts';
import { onSpotNotice } from '../../functions/on-spot-notice/on-spot-notice.ts';
import { onTaskStateChange } from '../../functions/on-task-state-change/on-task-state-change.ts';
import { passOn } from '../../functions/reconcile/pass-on.ts';
import { reconcile } from '../../functions/reconcile/reconcile.ts';
import { look } from '../../functions/resume/look.ts';
import { runCheckpointHook } from '../../functions/run-checkpoint-hook/run-checkpoint-hook.ts';
import { checkpointReport } from '../../shared/events/checkpoint-report.ts';
import { parseDecisionRequest } from '../../shared/events/decision-request.ts';
import { deploymentSignal } from '../../shared/events/deployment-signal.ts';
import { parseDiagnosisRequest } from '../../shared/events/diagnosis-request.ts';
import { parseHookCall } from '../../shared/events/hook-call.ts';
import { parseLookRequest } from '../../shared/events/look-request.ts';
import { serviceSignal as actionSignal } from '../../shared/events/service-action.ts';
import { taskFacts } from '../../shared/events/task-state-change.ts';
import type { DecisionRequest } from '../../shared/ports/decisions.ts';
import { recordReport } from '../../shared/record-report.ts';
import type { FunctionDeps } from './function-deps.ts';
import type { FunctionName } from './function-setups.ts';
import type { Message } from './queue.ts';

/** A function as its middy stack calls it: what fails stays in the queue. */
export interface LoadedFunction {
  handle(messages: readonly Message[]): Promise<ReadonlySet<Message>>;
  tick?(): Promise<void>;
}

/** What a message made the function throw. */
export type Thrown = (message: Message, error: unknown) => void;

export function loadFunction(name: FunctionName, deps: FunctionDeps, thrown: Thrown): LoadedFunction {
  const { clock } = deps;
  switch (name) {
    case 'on-spot-notice': {
      const handler = onSpotNotice(deps);
      return sensor(thrown, ({ body }) => handler(taskFacts(body, clock.nowMs())));
    }
    case 'on-task-state-change': {
      const handler = onTaskStateChange(deps);
      return sensor(thrown, ({ body, receives }) => handler(taskFacts(body, clock.nowMs()), receives > 1));
    }
    case 'on-service-action': {
      const handler = onServiceAction(deps);
      return sensor(thrown, async ({ body }) => {
        const signal = actionSignal(body, clock.nowMs());
        if (signal !== undefined) await handler(signal);
      });
    }
    case 'on-deployment-state-change': {
      const handler = onDeploymentStateChange(deps);
      return sensor(thrown, async ({ body }) => {
        const signal = deploymentSignal(body, clock.nowMs());
        if (signal !== undefined) await handler(signal);
      });
    }
    case 'on-checkpoint-report': {
      const handler = recordReport(deps);
      return sensor(thrown, ({ body }) => handler(checkpointReport(body, clock.nowMs())));
    }
    case 'run-checkpoint-hook': {
      const handler = runCheckpointHook({ ...deps, record: recordReport(deps) });
      return sensor(thrown, ({ body }) => handler(parseHookCall(String(body))));
    }
    case 'resume': {
      const handler = look(deps);
      return sensor(thrown, ({ body, receives }) => handler(parseLookRequest(String(body)), receives > 1));
    }
    case 'diagnose': {
      const handler = diagnoseDeployment(deps);
      return sensor(thrown, ({ body }) => handler(parseDiagnosisRequest(String(body))));
    }
    case 'decide':
      return decisions(thrown, decide(deps));
    case 'reconcile': {
      const tick = reconcile(deps);
      return { ...decisions(thrown, passOn(deps.decisions)), tick };
    }
  }
}

/** Every message on its own, side by side. */
function sensor(thrown: Thrown, handle: (message: Message) => Promise<void>): LoadedFunction {
  return {
    async handle(messages) {
      const failed = new Set<Message>();
      await Promise.all(
        messages.map(async (message) => {
          try {
            await handle(message);
          } catch (error) {
            failed.add(message);
            thrown(message, error);
          }
        }),
      );
      return failed;
    },
  };
}

/** The whole batch as one; a message that is no request fails alone. */
function decisions(
  thrown: Thrown,
  handle: (requests: readonly DecisionRequest[]) => Promise<ReadonlySet<string>>,
): LoadedFunction {
  return {
    async handle(messages) {
      const parsed = messages.map((message) => {
        try {
          return { message, request: parseDecisionRequest(String(message.body)) };
        } catch (error) {
          thrown(message, error);
          return { message };
        }
      });
      const failed = await handle(parsed.flatMap(({ request }) => request ?? []));
      return new Set(
        parsed
          .filter(({ request }) => request === undefined || failed.has(request.serviceArn))
          .map(({ message }) => message),
      );
    },
  };
}
