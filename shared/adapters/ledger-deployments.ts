import type { DeploymentWatch } from '../decisions/diagnosis/stalled.ts';
import type { Clock } from '../ports/clock.ts';
import type { DiagnosisNote, Ledger } from '../ports/ledger.ts';
import { jsonOf, textOf } from './ledger-items.ts';
import { expiresAt, keptMs, keys } from './ledger-keys.ts';
import type { LedgerTable } from './ledger-table.ts';

type DeploymentLedger = Pick<
  Ledger,
  'claimDiagnosis' | 'keepDiagnosis' | 'deploymentWatches' | 'watchDeployment' | 'forgetDeployment'
>;

/**
 * Which deployments were diagnosed, one item each, and how far those in progress have come: in one partition for the
 * sweep.
 */
export function createDeploymentLedger(table: LedgerTable, clock: Clock): DeploymentLedger {
  return {
    async claimDiagnosis(serviceArn, deploymentId, holdMs) {
      const nowMs = clock.nowMs();
      const key = { pk: keys.deployments(serviceArn), sk: deploymentId };
      const claim = { claimedUntilMs: nowMs + holdMs, expiresAt: expiresAt(nowMs, keptMs.diagnosis) };
      const isFirst = await table.put(
        { ...key, ...claim },
        // DynamoDB deletes days late what reads no longer show.
        { condition: 'attribute_not_exists(pk) OR expiresAt <= :nowS', values: { ':nowS': nowMs / 1000 } },
      );
      if (isFirst) return {};
      const isNext = await table.update({
        ...key,
        expression: 'SET claimedUntilMs = :untilMs, expiresAt = :expiresAt',
        condition: 'attribute_not_exists(told) AND claimedUntilMs <= :nowMs',
        values: { ':untilMs': claim.claimedUntilMs, ':expiresAt': claim.expiresAt, ':nowMs': nowMs },
      });
      const item = await table.get(key.pk, key.sk);
      if (!isNext) return item?.told === true ? 'told' : 'taken';
      return item?.note === undefined ? {} : { note: jsonOf<DiagnosisNote>(item, 'note') };
    },

    async keepDiagnosis(serviceArn, deploymentId, note) {
      const isTold = note.toldAtMs !== undefined;
      await table.update({
        pk: keys.deployments(serviceArn),
        sk: deploymentId,
        // Whoever keeps its intention is still at it: the claim stays.
        expression: `SET note = :note, expiresAt = :expiresAt${isTold ? ', told = :told' : ''}`,
        values: {
          ':note': JSON.stringify(note),
          ':expiresAt': expiresAt(clock.nowMs(), keptMs.diagnosis),
          ...(isTold ? { ':told': true } : {}),
        },
      });
    },

    async deploymentWatches() {
      const items = await table.query(keys.deploymentWatches);
      return new Map(items.map((item) => [textOf(item, 'sk'), jsonOf<DeploymentWatch>(item, 'watch')]));
    },
    async watchDeployment(serviceArn, watch) {
      await table.put({
        pk: keys.deploymentWatches,
        sk: serviceArn,
        watch: JSON.stringify(watch),
        expiresAt: expiresAt(clock.nowMs(), keptMs.diagnosis),
      });
    },
    async forgetDeployment(serviceArn) {
      await table.remove(keys.deploymentWatches, serviceArn);
    },
  };
}
