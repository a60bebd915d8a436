import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { replayCommand } from '../../../local/replay/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'replay-'));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...args: readonly string[]) => replayCommand(args);

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const calm = file('calm.json', JSON.stringify({ metadata: { gap_seconds: 60 }, data: Array(60).fill(3) }));
const hourLong = [...Array(10).fill(3), ...Array(10).fill(0), ...Array(40).fill(3)];
const rough = file('rough.json', JSON.stringify({ metadata: { gap_seconds: 60 }, data: hourLong }));

describe('npm run replay', () => {
  it('plays several recordings as one document, and is content where no goal is missed', () => {
    const { status, stdout } = run(calm, calm, '--tasks', '4', '--json');
    const document = JSON.parse(stdout);

    expect(status).toBe(0);
    expect(document.settings).toMatchObject({ tasks: 4, stopTimeoutMs: 30_000, launch: { medianMs: 60_000 } });
    expect(document.rates.asOf).toBe('2026-09-28');
    expect(document.traces.map((one: { trace: string }) => one.trace)).toEqual(['calm', 'calm']);
    expect(document.traces[0].policies).toHaveLength(9);
    expect(document.traces[0].policies[1]).toMatchObject({ name: 'bridge', figures: { availability: 1 } });
    expect(document.goals).toHaveLength(10);
  });

  it('ends with 1 where a goal is missed, and says which', () => {
    const { status, stdout } = run(rough);

    expect(status).toBe(1);
    expect(stdout).toMatch(/^MISSED {2}rough: the bridge costs at most 1\.03/m);
    expect(stdout).toMatch(/^ok {6}rough: the bridge forces no deployment/m);
  });

  it('takes settings for Ballast, in the grammar of policy.yml', () => {
    const cost = (...more: string[]) =>
      JSON.parse(run(rough, '--json', ...more).stdout).traces[0].policies[1].figures.cost;
    const quick = file('quick.yml', 'return-after: 30s\nreturn-step: 100pct\n');

    expect(cost('--policy', quick)).toBeLessThan(cost());
  });

  it('writes a page', () => {
    const page = join(folder, 'page.html');

    run(rough, '--html', page);

    expect(readFileSync(page, 'utf8')).toContain('<h2>rough</h2>');
  });

  it('is what npm runs', () => {
    const command = new URL('../../../local/replay.ts', import.meta.url).pathname;
    const { status, stdout, stderr } = spawnSync(process.execPath, [command, '--tasks', 'x'], { encoding: 'utf8' });

    expect({ status, stdout, stderr }).toEqual(run('--tasks', 'x'));
  });

  it('explains itself', () => {
    const { status, stdout } = run('--help');

    expect(status).toBe(0);
    expect(stdout).toContain('npm run replay -- FILE…');
  });

  it.each([
    ['a missing file', [join(folder, 'none.json')], /none\.json: cannot be read: ENOENT/],
    [
      'a file of another form',
      [file('other.json', '{"metadata":{"gap_seconds":1},"data":[1,"x"]}')],
      /other\.json: data\[1\]: expected a number/,
    ],
    [
      'an unknown setting',
      [calm, '--policy', file('a.yml', 'return-afer: 3m')],
      /a\.yml: return-afer: no such setting/,
    ],
    [
      'a wrong setting',
      [calm, '--policy', file('b.yml', 'return-after: 3 minutes')],
      /b\.yml: return-after: expected a duration/,
    ],
    [
      'a setting that is none',
      [calm, '--policy', file('c.yml', 'return-after: [3m]')],
      /c\.yml: return-after: expected a single value/,
    ],
    [
      'a policy file that is a list',
      [calm, '--policy', file('d.yml', '- 3m')],
      /d\.yml: expected settings like return-after: 3m/,
    ],
    ['a policy file that is no YAML', [calm, '--policy', file('e.yml', 'a: b: c')], /e\.yml: is no YAML/],
    [
      'a setting of the replay',
      [calm, '--policy', file('f.yml', 'fallback: none')],
      /f\.yml: fallback: is set by the replay itself/,
    ],
    ['no tasks', [calm, '--tasks', '0'], /--tasks takes a whole number from 1 to 1000, not 0/],
    ['a wrong duration', [calm, '--backoff-max', '5s'], /--backoff-max takes a duration from 10s to 1h, not 5s/],
    [
      'a page that cannot be written',
      [calm, '--html', join(folder, 'no', 'page.html')],
      /page\.html: cannot be written: ENOENT/,
    ],
    ['an unknown option', ['--speed'], /Unknown option '--speed'/],
  ])('refuses %s', (_what, args, message) => {
    const { status, stderr } = run(...args);

    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).toContain('npm run replay');
  });
});
