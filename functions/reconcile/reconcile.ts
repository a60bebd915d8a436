import { clusterArnOfService, nameOfArn } from '../../shared/events/arn.ts';
import type { StackPolicy } from '../../shared/policy/policy.ts';
import { bridgeOfTag } from '../../shared/ports/bridge-tag.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Cause, DecisionRequest, Decisions } from '../../shared/ports/decisions.ts';
import type { Diagnoses } from '../../shared/ports/diagnoses.ts';
import type { Discovery, TaggedResource } from '../../shared/ports/discovery.ts';
import type { Ecs, Service } from '../../shared/ports/ecs.ts';
import type { Gauge, Gauges } from '../../shared/ports/gauges.ts';
import type { Jobs, LookRequest } from '../../shared/ports/jobs.ts';
import type { Enrolment, Ledger, OpenJob } from '../../shared/ports/ledger.ts';
import type { Quotas } from '../../shared/ports/quotas.ts';
import type { RunningTasks } from '../../shared/ports/running-tasks.ts';
import type { Scaling } from '../../shared/ports/scaling.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import { isCalmSlice } from './calm-slice.ts';
import { heartbeat, type Pair, readGauges } from './gauges.ts';
import { createNewcomers } from './newcomers.ts';
import { askAboutStalled } from './stalled-deployments.ts';

export interface ReconcileDeps {
  readonly ledger: Ledger;
  readonly ecs: Pick<Ecs, 'describeServices'>;
  readonly decisions: Decisions;
  readonly jobs: Jobs;
  readonly diagnoses: Pick<Diagnoses, 'ask'>;
  readonly runningTasks: RunningTasks;
  readonly discovery: Discovery;
  readonly gauges: Gauges;
  readonly quotas: Quotas;
  readonly scaling: Scaling;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly stackPolicy: StackPolicy;
}

/** Quota and scaling change seldom: they are read once in so many minutes, and when a service is new. */
const slowMinutes = 5;

/** A timer may be late by so much before it is taken for lost. */
const jobGraceMs = 30_000;

/**
 * One pass, every minute: who is enrolled, who needs a decision although no event asked for one, and the gauges. An
 * event that was lost is made good here.
 */
export const reconcile = (deps: ReconcileDeps) => {
  const surroundings = createSurroundings(deps);
  const newcomers = createNewcomers({ ...deps, tagPrefix: deps.stackPolicy.tagPrefix });
  return async (): Promise<void> => {
    const nowMs = deps.clock.nowMs();
    const known = await deps.ledger.enrolments();
    const found = await discover(deps);
    const fresh = await bringUpToDate(deps.ledger, known, found);
    const bridges = union(found, known).filter(({ kind }) => kind === 'bridge');
    const enrolled = found.filter(({ kind }) => kind === 'service').map(({ arn }) => arn);
    const services = await deps.ecs.describeServices(
      [...enrolled, ...bridges.map(({ arn }) => arn)].map((arn) => ({
        clusterArn: clusterArnOfService(arn),
        service: arn,
      })),
    );
    await forgetDeletedBridges(deps.ledger, bridges, services);
    const pairs = paired(found, known, bridges, services);
    if (fresh.size > 0 || Math.floor(nowMs / 60_000) % slowMinutes === 0) await surroundings.look(enrolled);
    await deps.decisions.ask([...dueRequests(pairs, fresh, nowMs), ...goneRequests(known, found)]);
    await deps.jobs.look(overdueJobs(await deps.ledger.openJobs(), nowMs));
    const primaries = pairs.map(({ primary }) => primary);
    await askAboutStalled(deps, primaries, nowMs);
    await newcomers.look(found.filter(({ arn }) => fresh.has(arn)));
    // Gauges are for looking at: they come last, and their failure is only told.
    try {
      await deps.gauges.put(await gaugesOf(deps, pairs, services, bridges, nowMs), nowMs);
    } catch (error) {
      deps.telemetry.postponed('all services', 'CloudWatch did not take the gauges', error);
    }
  };
};

/** What surrounds the services: the account's on-demand quota, and who is scaled by Application Auto Scaling. */
function createSurroundings({ ledger, quotas, scaling, stackPolicy, telemetry }: ReconcileDeps) {
  // Written once per environment and then only when it changes.
  const written = new Map<string, boolean>();
  let quotaWritten: number | undefined;

  const lookAtQuota = async (): Promise<void> => {
    if (stackPolicy.onDemandVcpuQuota !== undefined) return;
    const vcpu = await quotas.onDemandVcpu();
    if (vcpu === undefined || vcpu === quotaWritten) return;
    await ledger.saveOnDemandVcpuQuota(vcpu);
    quotaWritten = vcpu;
  };
  const lookAtScaling = async (enrolled: readonly string[]): Promise<void> => {
    const scaled = new Set(await scaling.scaledServices());
    const changed = enrolled
      .map((arn) => ({ arn, autoScaled: scaled.has(scalableId(arn)) }))
      .filter(({ arn, autoScaled }) => written.get(arn) !== autoScaled);
    await Promise.all(
      changed.map(async ({ arn, autoScaled }) => {
        await ledger.recordAutoScaled(arn, autoScaled);
        written.set(arn, autoScaled);
      }),
    );
  };
  return {
    /** Decisions do without what cannot be read: no budget then, and every service is taken for scaled. */
    async look(enrolled: readonly string[]): Promise<void> {
      for (const [what, read] of [
        ['Service Quotas', lookAtQuota],
        ['Application Auto Scaling', () => lookAtScaling(enrolled)],
      ] as const) {
        try {
          await read();
        } catch (error) {
          telemetry.postponed('all services', `${what} did not answer`, error);
        }
      }
    },
  };
}

/** Application Auto Scaling names an ECS service `service/CLUSTER/NAME`. */
function scalableId(serviceArn: string): string {
  return `service/${nameOfArn(clusterArnOfService(serviceArn))}/${nameOfArn(serviceArn)}`;
}

/** What is tagged now, as enrolments. */
async function discover(deps: ReconcileDeps): Promise<Enrolment[]> {
  const [managed, definitions, bridges] = await Promise.all([
    deps.discovery.managedServices(),
    deps.discovery.taskDefinitions(),
    deps.discovery.bridges(),
  ]);
  return [
    ...managed.map(({ arn, tags }): Enrolment => ({ arn, tags, kind: 'service' })),
    ...definitions.map(({ arn, tags }): Enrolment => ({ arn, tags, kind: 'task-definition' })),
    ...bridges.map(bridgeEnrolment),
  ];
}

function bridgeEnrolment({ arn, tags }: TaggedResource): Enrolment {
  const bridgeOf = tags[bridgeOfTag];
  return { arn, tags, kind: 'bridge', ...(bridgeOf === undefined ? {} : { bridgeOf }) };
}

function union(left: readonly Enrolment[], right: readonly Enrolment[]): Enrolment[] {
  return [...new Map([...right, ...left].map((enrolment) => [enrolment.arn, enrolment])).values()];
}

/** Writes only what changed. @returns the ARNs that were not enrolled before. */
async function bringUpToDate(
  ledger: Ledger,
  known: readonly Enrolment[],
  found: readonly Enrolment[],
): Promise<ReadonlySet<string>> {
  const before = new Map(known.map((enrolment) => [enrolment.arn, enrolment]));
  const after = new Set(found.map(({ arn }) => arn));
  const changed = found.filter((enrolment) => !sameTags(before.get(enrolment.arn)?.tags, enrolment.tags));
  // A bridge is enrolled before it is made and disenrolled when it is deleted; the tagging API may not show it yet.
  const withdrawn = known.filter(({ arn, kind }) => kind !== 'bridge' && !after.has(arn));
  await Promise.all([
    ...changed.map((enrolment) => ledger.enrol(enrolment)),
    ...withdrawn.map(({ arn }) => ledger.disenrol(arn)),
  ]);
  return new Set(found.filter(({ arn }) => !before.has(arn)).map(({ arn }) => arn));
}

function sameTags(
  left: Readonly<Record<string, string>> | undefined,
  right: Readonly<Record<string, string>>,
): boolean {
  if (left === undefined) return false;
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key]);
}

/** Enrolled services with their bridges. */
function paired(
  found: readonly Enrolment[],
  known: readonly Enrolment[],
  bridges: readonly Enrolment[],
  services: readonly Service[],
): Pair[] {
  const sizes = new Map(known.map(({ arn, size }) => [arn, size]));
  const active = new Map(
    services.filter(({ status }) => status === 'ACTIVE').map((service) => [service.serviceArn, service]),
  );
  return found
    .filter(({ kind }) => kind === 'service')
    .flatMap(({ arn }) => {
      const primary = active.get(arn);
      if (primary === undefined) return [];
      const bridge = bridges
        .map((enrolment) => (enrolment.bridgeOf === arn ? active.get(enrolment.arn) : undefined))
        .find(Boolean);
      const size = sizes.get(arn);
      return [{ primary, ...(bridge === undefined ? {} : { bridge }), ...(size === undefined ? {} : { size }) }];
    });
}

/** A bridge is enrolled before it is made; one that ECS does not know was never made, or is deleted. */
async function forgetDeletedBridges(
  ledger: Ledger,
  bridges: readonly Enrolment[],
  services: readonly Service[],
): Promise<void> {
  const standing = new Set(services.filter(({ status }) => status !== 'INACTIVE').map(({ serviceArn }) => serviceArn));
  await Promise.all(bridges.filter(({ arn }) => !standing.has(arn)).map(({ arn }) => ledger.disenrol(arn)));
}

/** Services that are short, bridged or deploying are looked at every minute, calm ones every fifteen. */
function dueRequests(pairs: readonly Pair[], fresh: ReadonlySet<string>, nowMs: number) {
  return pairs
    .filter(
      ({ primary, bridge }) =>
        bridge !== undefined ||
        primary.runningCount < primary.desiredCount ||
        primary.deployments.length > 1 ||
        fresh.has(primary.serviceArn) ||
        isCalmSlice(primary.serviceArn, nowMs),
    )
    .map(({ primary }) =>
      requestFor(primary.serviceArn, primary.clusterArn, fresh.has(primary.serviceArn) ? 'enrolment' : 'schedule'),
    );
}

/** Primaries that are no longer enrolled while a bridge of theirs is: theirs has to be taken down. */
function goneRequests(known: readonly Enrolment[], found: readonly Enrolment[]) {
  const managed = new Set(found.filter(({ kind }) => kind === 'service').map(({ arn }) => arn));
  const withdrawn = known.filter(({ arn, kind }) => kind === 'service' && !managed.has(arn)).map(({ arn }) => arn);
  const orphaned = [...known, ...found].flatMap(({ bridgeOf }) =>
    bridgeOf === undefined || managed.has(bridgeOf) ? [] : [bridgeOf],
  );
  return [...new Set([...withdrawn, ...orphaned])].map((arn) => requestFor(arn, clusterArnOfService(arn), 'schedule'));
}

/** Jobs whose timer, or whose end, got lost: looked at as one that runs for long is. */
function overdueJobs(open: readonly OpenJob[], nowMs: number): LookRequest[] {
  return open
    .filter(({ lookAtMs }) => lookAtMs + jobGraceMs <= nowMs)
    .map(({ taskArn, clusterArn }) => ({ taskArn, clusterArn, cause: 'schedule' }));
}

function requestFor(serviceArn: string, clusterArn: string, cause: Cause): Omit<DecisionRequest, 'askedAtMs'> {
  return { serviceArn, clusterArn, cause };
}

/** That the pass was made is told also where the ledger does not answer any more. */
async function gaugesOf(
  deps: ReconcileDeps,
  pairs: readonly Pair[],
  services: readonly Service[],
  bridges: readonly Enrolment[],
  nowMs: number,
): Promise<readonly Gauge[]> {
  const owned = new Set(pairs.flatMap(({ bridge }) => bridge?.serviceArn ?? []));
  const isOrphan = ({ serviceArn, status }: Service) =>
    status === 'ACTIVE' && !owned.has(serviceArn) && bridges.some(({ arn }) => arn === serviceArn);
  try {
    return await readGauges(deps, pairs, services.filter(isOrphan).length, nowMs);
  } catch (error) {
    deps.telemetry.postponed('all services', 'the ledger did not answer: no gauges but the heartbeat', error);
    return [heartbeat];
  }
}
