export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/**
 * Whether a composite alarm's rule holds. As PutCompositeAlarm documents it: `ALARM(name)`, `OK(name)`,
 * `INSUFFICIENT_DATA(name)`, `TRUE`, `FALSE`, joined by AND, OR and NOT with brackets; NOT binds first, then AND.
 * @throws an Error that shows the rule where it does not read so.
 */
export function ruleHolds(rule: string, stateOf: (alarm: string) => AlarmState): boolean {
  const tokens = rule.match(/"[^"]*"|[()]|[^\s()"]+/g) ?? [];
  let at = 0;
  const next = (): string => {
    const token = tokens[at];
    if (token === undefined) throw new Error(`alarm rule ends too early: ${rule}`);
    at += 1;
    return token;
  };
  const take = (token: string): boolean => {
    if (tokens[at] !== token) return false;
    at += 1;
    return true;
  };
  const expect = (token: string): void => {
    if (next() !== token) throw new Error(`alarm rule wants ${token} at part ${at}: ${rule}`);
  };

  const either = (): boolean => {
    let holds = both();
    while (take('OR')) holds = both() || holds;
    return holds;
  };
  const both = (): boolean => {
    let holds = one();
    while (take('AND')) holds = one() && holds;
    return holds;
  };
  const one = (): boolean => {
    if (take('NOT')) return !one();
    if (take('(')) {
      const holds = either();
      expect(')');
      return holds;
    }
    const word = next();
    if (word === 'TRUE' || word === 'FALSE') return word === 'TRUE';
    if (word !== 'ALARM' && word !== 'OK' && word !== 'INSUFFICIENT_DATA') {
      throw new Error(`alarm rule has no function ${word}: ${rule}`);
    }
    expect('(');
    const alarm = next().replaceAll('"', '');
    expect(')');
    return stateOf(alarm) === word;
  };

  const holds = either();
  if (at < tokens.length) throw new Error(`alarm rule goes on after part ${at}: ${rule}`);
  return holds;
}
