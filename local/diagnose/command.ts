import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { DeploymentFacts } from '../../shared/decisions/diagnosis/deployment-facts.ts';
import { diagnose } from '../../shared/decisions/diagnosis/diagnose.ts';
import type { Diagnosis } from '../../shared/decisions/diagnosis/diagnosis.ts';
import { diagnosisText } from '../../shared/decisions/diagnosis/diagnosis-text.ts';
import type { Answer } from '../replay/command.ts';
import { InputError } from '../replay/trace.ts';
import { factsOfHistory } from './history.ts';

const help = `npm run diagnose -- FILE…          says why the deployment in a recorded history fails: EventBridge events and answers
                                   of the AWS CLI in one JSON file (docs/diagnosis.md); - reads standard input
  --json                           one JSON document
The exit status is 1 where one of them ends in the class unknown.
`;

const options = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

interface Diagnosed {
  readonly file: string;
  readonly facts: DeploymentFacts;
  readonly diagnosis: Diagnosis;
  readonly text: string;
}

const standardInput = '-';

/**
 * What the command answers to its arguments: 1 where a diagnosis is unknown, 2 where it could not do what was asked.
 * @param readInput all of standard input.
 */
export async function diagnoseCommand(
  args: readonly string[],
  readInput: () => string = readStandardInput,
): Promise<Answer> {
  try {
    const { values, positionals } = readArguments(args);
    if (values.help) return { status: 0, stdout: help, stderr: '' };
    if (positionals.length === 0) throw new InputError('which file?');
    const diagnosed: Diagnosed[] = [];
    for (const file of positionals) diagnosed.push(await diagnoseFile(file, readInput));
    return {
      status: diagnosed.some(({ diagnosis }) => diagnosis.class === 'unknown') ? 1 : 0,
      stdout: values.json ? `${JSON.stringify({ diagnoses: diagnosed.map(told) }, null, 2)}\n` : text(diagnosed),
      stderr: '',
    };
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

async function diagnoseFile(file: string, readInput: () => string): Promise<Diagnosed> {
  const name = file === standardInput ? 'standard input' : file;
  const facts = await factsOfHistory(name, file === standardInput ? readInput() : contentOf(file));
  const diagnosis = diagnose(facts);
  return { file: name, facts, diagnosis, text: diagnosisText(diagnosis, facts, undefined) };
}

function told({ file, facts, diagnosis, text }: Diagnosed) {
  const { serviceArn, deploymentId, rollbackDeploymentId, taskDefinition, symptom } = facts;
  return { file, serviceArn, deploymentId, rollbackDeploymentId, taskDefinition, symptom, ...diagnosis, text };
}

function text(diagnosed: readonly Diagnosed[]): string {
  return `${diagnosed.map((one) => one.text).join('\n\n')}\n`;
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(`${file}: cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function readStandardInput(): string {
  return readFileSync(0, 'utf8');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
