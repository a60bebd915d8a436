import { describe, expect, it } from 'vitest';
import { captured, stopped } from '../../../shared/decisions/job.ts';
import { nowMs } from '../../builders/service-facts.ts';
import {
  aJobWork,
  aLaunchedTask,
  aLaunchSpec,
  aRequest,
  aSpotStop,
  aWork,
  clusterArn,
  definitionArn,
  nextTaskArn,
  taskArn,
} from '../../builders/work.ts';

/** A task that Ballast started as the second one of its line. */
const second = {
  containerOverrides: [{ name: 'crunch', environment: [{ name: 'BALLAST_RESUME_ATTEMPT', value: '2' }] }],
};

describe('a task that is captured', () => {
  it('is the first of its line where nothing else is known', () => {
    expect(captured(undefined, aLaunchedTask(), aLaunchSpec())).toStrictEqual({
      taskArn,
      clusterArn,
      job: {
        jobId: taskArn,
        attempt: 0,
        taskDefinitionArn: definitionArn,
        launch: aLaunchSpec(),
        startedAtMs: nowMs - 3_600_000,
      },
    });
  });

  it('has no launch where part of it is gone', () => {
    expect(captured(undefined, aLaunchedTask(), undefined).job).not.toHaveProperty('launch');
  });

  it('keeps what is known already', () => {
    const known = aJobWork(
      { jobId: nextTaskArn, attempt: 1, launch: aLaunchSpec({ startedBy: 'nightly' }), stop: aSpotStop() },
      { checkpoint: aRequest() },
    );
    expect(captured(known, aLaunchedTask(), aLaunchSpec())).toEqual(known);
  });

  it('counts the attempts that its environment tells where the ledger has lost them', () => {
    const task = aLaunchedTask({ overrides: second });
    expect(captured(undefined, task, aLaunchSpec()).job?.attempt).toBe(2);
    expect(captured(aJobWork({ attempt: 0 }), task, aLaunchSpec()).job?.attempt).toBe(2);
    expect(captured(aJobWork({ attempt: 3 }), task, aLaunchSpec()).job?.attempt).toBe(3);
  });
});

describe('a task that has stopped', () => {
  it('is a job although nobody told of its start', () => {
    const task = { taskArn, clusterArn, taskDefinitionArn: definitionArn, startedAtMs: nowMs - 60_000 };
    expect(stopped(undefined, task, aSpotStop())).toStrictEqual({
      taskArn,
      clusterArn,
      job: {
        jobId: taskArn,
        taskDefinitionArn: definitionArn,
        startedAtMs: nowMs - 60_000,
        stop: { kind: 'spot', atMs: nowMs - 1_000 },
      },
    });
  });

  it('is the attempt that its event tells', () => {
    const task = { taskArn, clusterArn, resumeAttempt: 2 };
    expect(stopped(undefined, task, aSpotStop()).job?.attempt).toBe(2);
    expect(stopped(aJobWork({ attempt: 1 }), task, aSpotStop()).job?.attempt).toBe(1);
  });

  it('keeps what is known of it', () => {
    const known = aJobWork({ attempt: 2 }, { checkpoint: aRequest() });
    expect(stopped(known, { taskArn, clusterArn }, aSpotStop())).toEqual(
      aJobWork({ attempt: 2, stop: aSpotStop() }, { checkpoint: aRequest() }),
    );
    expect(stopped(aWork({ checkpoint: aRequest() }), { taskArn, clusterArn }, aSpotStop()).checkpoint).toEqual(
      aRequest(),
    );
  });

  it('has stopped as it was first told', () => {
    const first = aJobWork({ stop: aSpotStop() });
    const other = { kind: 'other', atMs: nowMs } as const;
    expect(stopped(first, { taskArn, clusterArn }, other)).toEqual(first);
  });
});
