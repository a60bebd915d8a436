/** An expression of metric math, as a tree. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly Expression[] }
  | {
      readonly kind: 'arithmetic';
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
    };

export type Operator = '+' | '-' | '*' | '/';

const tokens = /\s*(?:(\d+(?:\.\d+)?)|'([^']*)'|([A-Za-z_][A-Za-z0-9_]*)|([-+*/(),]))/y;

/** @throws an Error with the text where CloudWatch would refuse it as well. */
export function parseExpression(text: string): Expression {
  const read = tokensOf(text);
  let place = 0;
  const peek = () => read[place];
  const fail = (): never => {
    throw new Error(`metric math: cannot be read near ${peek()?.text ?? 'its end'}: ${text}`);
  };
  const isSign = (sign: string): boolean => peek()?.kind === 'sign' && peek()?.text === sign;
  const take = (sign: string): void => {
    if (!isSign(sign)) fail();
    place += 1;
  };

  const sum = (): Expression => chain(product, ['+', '-']);
  const product = (): Expression => chain(single, ['*', '/']);
  const chain = (part: () => Expression, operators: readonly Operator[]): Expression => {
    let left = part();
    for (;;) {
      const operator = operators.find(isSign);
      if (operator === undefined) return left;
      place += 1;
      left = { kind: 'arithmetic', operator, left, right: part() };
    }
  };
  const single = (): Expression => {
    if (isSign('(')) {
      place += 1;
      const inside = sum();
      take(')');
      return inside;
    }
    const token = peek() ?? fail();
    place += 1;
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text) };
    if (token.kind === 'text') return { kind: 'text', text: token.text };
    if (token.kind !== 'word') {
      place -= 1;
      return fail();
    }
    return isSign('(') ? call(token.text) : { kind: 'id', id: token.text };
  };
  const call = (name: string): Expression => {
    take('(');
    const operands: Expression[] = [];
    while (!isSign(')')) {
      // The order of SORT is a bare word as well.
      operands.push(sum());
      if (!isSign(')')) take(',');
    }
    take(')');
    return { kind: 'call', name, operands };
  };

  const whole = sum();
  return place === read.length ? whole : fail();
}

interface Token {
  readonly kind: 'number' | 'text' | 'word' | 'sign';
  readonly text: string;
}

function tokensOf(text: string): Token[] {
  const found: Token[] = [];
  tokens.lastIndex = 0;
  while (tokens.lastIndex < text.trimEnd().length) {
    const from = tokens.lastIndex;
    const match = tokens.exec(text);
    if (match === null) throw new Error(`metric math: cannot be read near ${text.slice(from, from + 20)}: ${text}`);
    const [, number, quoted, word, sign = ''] = match;
    if (number !== undefined) found.push({ kind: 'number', text: number });
    else if (quoted !== undefined) found.push({ kind: 'text', text: quoted });
    else if (word !== undefined) found.push({ kind: 'word', text: word });
    else found.push({ kind: 'sign', text: sign });
  }
  return found;
}
