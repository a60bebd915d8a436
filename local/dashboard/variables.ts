import type { MetricStore } from '../region/metrics.ts';
import { type BodyVariable, type DashboardBody, parseBody } from './dashboard-body.ts';
import type { ShownVariable } from './shown.ts';

const searchTerm = /^\{([\w/]+)((?:,\w+)*)\} MetricName="(\w+)"$/;

/** What can be chosen for each variable, with what is chosen now: as asked, or the first. */
export function shownVariables(
  { variables = [] }: DashboardBody,
  store: MetricStore,
  asked: Readonly<Record<string, string>>,
): ShownVariable[] {
  return variables.map((variable) => {
    const options = optionsOf(variable, store);
    const wanted = asked[variable.id];
    const first = variable.defaultValue === '__FIRST' ? undefined : variable.defaultValue;
    const chosen = wanted !== undefined && options.includes(wanted) ? wanted : (first ?? options[0] ?? '');
    return { id: variable.id, label: variable.label ?? variable.id, options, chosen };
  });
}

function optionsOf({ values, search = '', populateFrom = '' }: BodyVariable, store: MetricStore): string[] {
  if (values !== undefined) return values.map(({ value }) => value);
  const [, namespace = '', names = '', name = ''] = searchTerm.exec(search) ?? [];
  if (namespace === '') throw new Error(`variable: the search ${search} is not known to the embedded region`);
  const found = store.search(namespace, name, names.split(',').slice(1));
  return [...new Set(found.flatMap(({ dimensions }) => dimensions[populateFrom] ?? []))].sort();
}

/** CloudWatch replaces in the JSON's text; the choice is a name, but it must not be able to end a string there. */
export function withChoices(json: string, shown: readonly ShownVariable[]): DashboardBody {
  const { variables = [] } = parseBody(json);
  const replaced = variables.reduce((text, { type, pattern, property, id }) => {
    const chosen = shown.find((one) => one.id === id)?.chosen ?? '';
    if (chosen === '') return text;
    const quoted = JSON.stringify(chosen).slice(1, -1);
    if (type === 'pattern' && pattern !== undefined) return text.replace(new RegExp(pattern, 'g'), () => quoted);
    throw new Error(`variable: one that changes the property ${property} is not known to the embedded region`);
  }, json);
  return parseBody(replaced);
}
