import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { duration } from '../../shared/policy/values.ts';
import type { Goal } from '../scenarios/outcome.ts';
import { goalLines } from '../scenarios/table.ts';
import { loadStackPolicy } from '../stack-policy.ts';
import { goalsOf } from './goals.ts';
import { pageOf } from './page.ts';
import { policiesOf } from './policies/catalogue.ts';
import { parsePolicyFile } from './policy-file.ts';
import { rates } from './rates.ts';
import { playAll, type Result } from './result.ts';
import { defaultSettings, type ReplaySettings } from './settings.ts';
import { type SweepRow, sweep } from './sweep.ts';
import { syntheticTraces } from './synthetic.ts';
import { resultLines, sweepLines } from './table.ts';
import { InputError, parseRecording, type Trace, traceOf } from './trace.ts';

const help = `npm run replay                   plays the project's own Spot traces under Ballast and other policies, and prints
                                 availability, cost, launches and goals; the exit status is 1 where one was missed
npm run replay -- FILE…          plays recordings: {"metadata": {"gap_seconds": …}, "data": […]}, the most Spot
                                 instances in the file being the whole service
  --tasks N                      tasks that the service wants (${defaultSettings.tasks})
  --seed N                       another seed for launch times and the like
  --backoff-max DURATION         the longest wait of ECS between failing placements (60s; seen up to 27m)
  --policy FILE                  settings for Ballast, in the grammar of the defaults in infra/policy.yml
  --sweep                        also every combination of launch times, stopTimeouts and lost notices
  --html FILE                    also a page with plots
  --json                         one JSON document
`;

const options = {
  tasks: { type: 'string' },
  seed: { type: 'string' },
  'backoff-max': { type: 'string' },
  policy: { type: 'string' },
  sweep: { type: 'boolean' },
  html: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export interface Answer {
  readonly status: 0 | 1 | 2;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the command answers to its arguments: 1 where a goal was missed, 2 where it could not do what was asked. */
export function replayCommand(args: readonly string[]): Answer {
  try {
    const { values, positionals } = readArguments(args);
    if (values.help) return { status: 0, stdout: help, stderr: '' };
    return play(values, positionals);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { status: 2, stdout: '', stderr: `${error.message}\n\n${help}` };
  }
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new InputError(messageOf(error), { cause: error });
  }
}

type Values = ReturnType<typeof readArguments>['values'];

function play(values: Values, files: readonly string[]): Answer {
  const settings = settingsOf(values);
  const tuned = values.policy === undefined ? {} : parsePolicyFile(values.policy, contentOf(values.policy));
  const policies = policiesOf(loadStackPolicy(), tuned, values.policy);
  const traces =
    files.length === 0
      ? syntheticTraces(settings.tasks, settings.seed)
      : files.map((file) => recordedTrace(file, settings.tasks));
  const results = traces.map((trace) => playAll(trace, policies, settings));
  const goals = results.flatMap(goalsOf);
  const swept = values.sweep ? sweep(traces, policies, settings) : undefined;
  if (values.html !== undefined) writePage(values.html, pageOf(results, goals, settings));
  return {
    status: goals.some(({ met }) => !met) ? 1 : 0,
    stdout: values.json
      ? `${JSON.stringify({ settings, policySettings: tuned, rates, traces: results.map(told), goals, sweep: swept }, null, 2)}\n`
      : text(results, swept, goals),
    stderr: '',
  };
}

function settingsOf(values: Values): ReplaySettings {
  const { tasks, seed, 'backoff-max': backoffMax } = values;
  const [backoffMsMin] = defaultSettings.placementBackoffMs;
  return {
    ...defaultSettings,
    ...(tasks === undefined ? {} : { tasks: wholeNumber('--tasks', tasks, 1, 1_000) }),
    ...(seed === undefined ? {} : { seed: wholeNumber('--seed', seed, 0, 999_999_999) }),
    ...(backoffMax === undefined
      ? {}
      : { placementBackoffMs: [backoffMsMin, durationMs('--backoff-max', backoffMax, backoffMsMin)] }),
  };
}

function text(results: readonly Result[], swept: readonly SweepRow[] | undefined, goals: readonly Goal[]): string {
  const parts = [...results.map(resultLines), ...(swept === undefined ? [] : [sweepLines(swept)])];
  return `${[...parts, goalLines(goals).slice(1)].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function told({ trace, share, falls, rows }: Result) {
  return {
    trace: trace.name,
    days: trace.lengthMs / 86_400_000,
    gapSeconds: trace.gapSeconds,
    capacityShare: share,
    falls,
    policies: rows.map(({ samples: _plotted, ...row }) => row),
  };
}

function recordedTrace(file: string, tasks: number): Trace {
  return traceOf(basename(file, '.json'), parseRecording(file, contentOf(file)), tasks);
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(`${file}: cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function writePage(file: string, page: string): void {
  try {
    writeFileSync(file, page);
  } catch (error) {
    throw new InputError(`${file}: cannot be written: ${messageOf(error)}`, { cause: error });
  }
}

function wholeNumber(option: string, value: string, min: number, max: number): number {
  const number = Number(value);
  if (/^\d{1,9}$/.test(value) && number >= min && number <= max) return number;
  throw new InputError(`${option} takes a whole number from ${min} to ${max}, not ${value}`);
}

function durationMs(option: string, value: string, minMs: number): number {
  const parsed = duration(1).safeParse(value);
  if (parsed.success && parsed.data >= minMs) return parsed.data;
  throw new InputError(`${option} takes a duration from ${minMs / 1_000}s to 1h, not ${value}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
