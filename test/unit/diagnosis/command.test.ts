import { describe, expect, it } from 'vitest';
import { diagnoseCommand } from '../../../local/diagnose/command.ts';
import { aHistory, exited, running, times } from '../../corpus/history.ts';

const crash = () => JSON.stringify(aHistory({ outcome: 'failed', tasks: times(3, () => exited(1)) }));
const sound = () => JSON.stringify(aHistory({ tasks: times(4, running) }));

describe('npm run diagnose', () => {
  it('prints the text and ends with 0', async () => {
    const { status, stdout, stderr } = await diagnoseCommand(['-'], crash);

    expect(status).toBe(0);
    expect(stdout).toMatch(/^shop\/web: web:8 .* does not come up: 3 of 3 tasks failed in this way\.\nWhy: /);
    expect(stderr).toBe('');
  });

  it('ends with 1 where it cannot tell', async () => {
    const { status, stdout } = await diagnoseCommand(['-'], sound);

    expect(status).toBe(1);
    expect(stdout).toContain('(unknown/nothing_failed, confidence low)');
  });

  it('prints one document with --json', async () => {
    const { stdout } = await diagnoseCommand(['-', '--json'], crash);

    const { diagnoses } = JSON.parse(stdout);
    expect(diagnoses).toHaveLength(1);
    expect(diagnoses[0]).toMatchObject({
      file: 'standard input',
      serviceArn: 'arn:aws:ecs:eu-west-1:111122223333:service/shop/web',
      deploymentId: 'ecs-svc/2000000000000000200',
      rollbackDeploymentId: 'ecs-svc/3000000000000000300',
      symptom: 'deployment_failed',
      class: 'application',
      cause: 'crash_loop',
      confidence: 'high',
      failing: { count: 3, of: 3 },
      logs: { logDriver: 'awslogs', group: '/ecs/web' },
    });
  });

  it.each([
    [['examples/deployments/crash-loop.json'], 0, 'application/crash_loop, confidence high'],
    [['examples/deployments/spot-shortage.json'], 0, 'capacity/spot_short, confidence high'],
    [['examples/deployments/missing-image.json'], 0, 'image/pull_not_found, confidence high'],
  ])('reads the example %s', async (args, status, text) => {
    const answer = await diagnoseCommand(args);

    expect(answer.stdout).toContain(text);
    expect(answer.status).toBe(status);
  });

  it('explains itself with --help', async () => {
    const { status, stdout } = await diagnoseCommand(['--help']);

    expect(status).toBe(0);
    expect(stdout).toContain('npm run diagnose -- FILE…');
  });

  it.each([
    [[], 'which file?'],
    [['--speed'], "Unknown option '--speed'"],
    [['no-such-file.json'], 'no-such-file.json: cannot be read: '],
  ])('ends with 2 and its help where it cannot do what was asked: %j', async (args, message) => {
    const { status, stdout, stderr } = await diagnoseCommand(args);

    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).toContain('npm run diagnose -- FILE…');
  });

  it('ends with 2 on a file that is no history', async () => {
    const { status, stderr } = await diagnoseCommand(['-'], () => '{}');

    expect(status).toBe(2);
    expect(stderr).toContain('standard input: has none of the parts that a history can have');
  });
});
