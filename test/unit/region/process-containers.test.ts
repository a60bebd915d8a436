import { afterEach, describe, expect, it } from 'vitest';
import { createProcessContainers, type ProcessContainersOptions } from '../../../local/region/process-containers.ts';
import type { RunningTask } from '../../../local/world/containers.ts';

/* Processes of this machine as containers. */

const task: RunningTask = {
  taskArn: 'arn:aws:ecs:us-east-1:111122223333:task/main/0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/main',
  taskDefinitionArn: 'arn:aws:ecs:us-east-1:111122223333:task-definition/job:1',
  family: 'job',
  image: 'registry/job:1',
  containerName: 'job',
  environment: { STAGE: 'live' },
};

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A container that runs this script, and what it says and how it ends. */
function run(script: string, more: Partial<ProcessContainersOptions> = {}) {
  const lines: string[] = [];
  const exitCodes: number[] = [];
  const containers = createProcessContainers({
    commandFor: () => ({ file: process.execPath, args: ['-e', script] }),
    endpoint: 'http://127.0.0.1:4566',
    region: 'us-east-1',
    onLine: (_task, line) => lines.push(line),
    ...more,
  });
  stops.push(() => containers.stop());
  const container = containers.start(task, (exitCode) => exitCodes.push(exitCode));
  return { containers, container, lines, exitCodes };
}

async function until(holds: () => boolean): Promise<void> {
  for (const startedMs = Date.now(); !holds(); ) {
    if (Date.now() - startedMs > 10_000) throw new Error('not within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const waits = 'setInterval(() => {}, 1000); console.log("up");';

describe('a process as a container', () => {
  it("tells its exit code, and has a task's environment and nothing else", async () => {
    const { lines, exitCodes } = run('console.log(JSON.stringify(process.env)); process.exit(5)');

    await until(() => exitCodes.length > 0 && lines.length > 0);

    expect(exitCodes).toEqual([5]);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      STAGE: 'live',
      PATH: process.env.PATH,
      ECS_CONTAINER_METADATA_URI_V4: 'http://127.0.0.1:4566/v4/0f1e2d3c4b5a69788796a5b4c3d2e1f0',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'task',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
  });

  it('handles SIGTERM as it likes', async () => {
    const { container, lines, exitCodes } = run(`process.on('SIGTERM', () => process.exit(3)); ${waits}`);
    await until(() => lines.includes('up'));

    container?.terminate();
    await until(() => exitCodes.length > 0);

    expect(exitCodes).toEqual([3]);
  });

  it('ends with 143 where it does not handle SIGTERM', async () => {
    const { container, lines, exitCodes } = run(waits);
    await until(() => lines.includes('up'));

    container?.terminate();
    await until(() => exitCodes.length > 0);

    expect(exitCodes).toEqual([143]);
  });

  it('never hears a SIGTERM that is swallowed, but SIGKILL: 137', async () => {
    const asked: unknown[] = [];
    const { container, lines, exitCodes } = run(`process.on('SIGTERM', () => console.log('told')); ${waits}`, {
      signals: (one, signal) => {
        asked.push([one.family, signal]);
        return false;
      },
    });
    await until(() => lines.includes('up'));

    container?.terminate();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = [...exitCodes];
    container?.kill();
    await until(() => exitCodes.length > 0);

    expect([asked, before, exitCodes, lines]).toEqual([[['job', 'SIGTERM']], [], [137], ['up']]);
  });

  it.each(['SIGKILL', 'its own end'])('takes its children with it at %s', async (how) => {
    const { container, lines, exitCodes } = run(
      `const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
       process.on('SIGTERM', () => process.exit(0));
       console.log(child.pid); ${waits}`,
    );
    await until(() => lines.includes('up'));
    const child = Number(lines[0]);
    const before = isAlive(child);

    if (how === 'SIGKILL') container?.kill();
    else container?.terminate();
    await until(() => exitCodes.length > 0);
    await until(() => !isAlive(child));

    expect(before).toBe(true);
  });

  it('ends with 127 where the command is not there', async () => {
    const { exitCodes, lines } = run('', { commandFor: () => ({ file: '/nowhere/job', args: [] }) });

    await until(() => exitCodes.length > 0);

    expect(exitCodes).toEqual([127]);
    expect(lines[0]).toContain('ENOENT');
  });

  it('is none where there is no command', () => {
    expect(run('', { commandFor: () => undefined }).container).toBeUndefined();
  });

  it('is killed when the containers stop, and tells nobody', async () => {
    const { containers, lines, exitCodes } = run(`console.log(process.pid); ${waits}`);
    await until(() => lines.includes('up'));

    await containers.stop();

    expect([isAlive(Number(lines[0])), exitCodes]).toEqual([false, []]);
    expect(containers.start(task, () => undefined)).toBeUndefined();
  });
});
