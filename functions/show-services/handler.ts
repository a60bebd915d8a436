import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import stackPolicy from '../../infra/policy.yml';
import { ledgerViewOf, onlookersEcsOf, systemClock, warningsOf } from '../../shared/composition.ts';
import { restoreStack } from '../../shared/telemetry/original-stack.ts';
import { showServices } from './show-services.ts';

let show: ReturnType<typeof showServices> | undefined;

/** CloudWatch calls it with the permissions of whoever looks at the dashboard. */
export const handler = middy<unknown, string, Error, Context>()
  .onError(({ error }) => restoreStack(error))
  .handler((event, { invokedFunctionArn }) => {
    show ??= showServices({
      ledger: ledgerViewOf(process.env),
      ecs: onlookersEcsOf(),
      clock: systemClock,
      stackPolicy,
      warn: warningsOf(),
    });
    return show(event, invokedFunctionArn);
  });
