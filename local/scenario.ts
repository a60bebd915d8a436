import { parseArgs } from 'node:util';
import { loadRules } from './rules.ts';
import { scenarios } from './scenarios/catalogue.ts';
import { runVirtually } from './scenarios/run-virtual.ts';
import { comparison, goalLines, requestLine } from './scenarios/table.ts';
import { loadStackPolicy } from './stack-policy.ts';

const help = `npm run scenario                         lists the scenarios
npm run scenario -- NAME [--seed N]      plays one on a virtual clock, without and with Ballast, and prints its figures;
                                         the exit status is 1 where a goal was missed
npm run scenario -- NAME --json          the same as one JSON document
`;

const { values, positionals } = readArguments();
const [name, ...tooMany] = positionals;

if (values.help) {
  process.stdout.write(help);
} else if (name === undefined) {
  for (const scenario of scenarios) console.log(`${scenario.name.padEnd(16)} ${scenario.summary}`);
} else {
  const scenario = scenarios.find((one) => one.name === name);
  if (scenario === undefined || tooMany.length > 0) {
    const problem =
      scenario === undefined ? `no scenario ${name}` : `one scenario at a time, not also ${tooMany.join(' ')}`;
    fail(`${problem}; there are: ${scenarios.map((one) => one.name).join(', ')}`);
  }
  const seed = values.seed === undefined ? scenario.seed : seedOf(values.seed);
  const options = { seed, rules: loadRules(), stackPolicy: loadStackPolicy() };
  const without = await runVirtually(scenario, { ...options, withBallast: false });
  const withBallast = await runVirtually(scenario, { ...options, withBallast: true });
  const goals = (await scenario.goals?.(withBallast, without)) ?? [];
  if (values.json) {
    const { parts, requests, decisions, writes } = withBallast;
    const document = {
      scenario: name,
      seed,
      without: without.parts,
      with: { parts, requests, decisions: decisions.length, writes: writes.length },
      goals,
    };
    console.log(JSON.stringify(document, null, 2));
  } else {
    console.log(`${scenario.name}, seed ${seed}: ${scenario.summary}\n`);
    for (const line of comparison(without.cast, without.parts, withBallast.parts)) console.log(line);
    console.log(`\n${requestLine(withBallast.requests)}; ${withBallast.writes.length} of them write`);
    for (const line of goalLines(goals)) console.log(line);
  }
  if (goals.some(({ met }) => !met)) process.exitCode = 1;
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { json: { type: 'boolean' }, seed: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function seedOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) fail(`--seed takes a whole number, not ${text}`);
  return Number(text);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n\n${help}`);
  process.exit(2);
}
