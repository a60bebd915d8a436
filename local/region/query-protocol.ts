/** AWS's query protocol, which Elastic Load Balancing v2 speaks: form fields in, XML out. */

/** `Targets.member.1.Id=10.0.0.1` → `{ Targets: [{ Id: '10.0.0.1' }] }`. Numbers in `Port` members become numbers. */
export function queryInput(body: string): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [path, value] of new URLSearchParams(body)) {
    const segments = path.split('.').filter((segment) => segment !== 'member');
    const last = segments.at(-1) ?? '';
    assign(root, segments, last === 'Port' ? Number(value) : value);
  }
  const lists = asLists(root);
  return isRecord(lists) ? lists : {};
}

function assign(node: Record<string, unknown>, segments: readonly string[], value: unknown): void {
  const [head = '', ...rest] = segments;
  if (rest.length === 0) {
    node[head] = value;
    return;
  }
  const child = node[head];
  const next = isRecord(child) ? child : {};
  node[head] = next;
  assign(next, rest, value);
}

/** Objects whose keys are 1, 2, 3 … are lists. */
function asLists(node: unknown): unknown {
  if (!isRecord(node)) return node;
  const entries = Object.entries(node).map(([key, value]) => [key, asLists(value)] as const);
  if (entries.length > 0 && entries.every(([key]) => /^\d+$/.test(key))) return entries.map(([, value]) => value);
  return Object.fromEntries(entries);
}

export function queryResultXml(action: string, output: Readonly<Record<string, unknown>>): string {
  return `<${action}Response xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><${action}Result>${members(output)}</${action}Result><ResponseMetadata><RequestId>local</RequestId></ResponseMetadata></${action}Response>`;
}

export function queryErrorXml(code: string, message: string): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${escapedXml(code)}</Code><Message>${escapedXml(message)}</Message></Error><RequestId>local</RequestId></ErrorResponse>`;
}

function members(value: Readonly<Record<string, unknown>>): string {
  return Object.entries(value)
    .map(([name, member]) => `<${name}>${content(member)}</${name}>`)
    .join('');
}

function content(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => `<member>${content(item)}</member>`).join('');
  return isRecord(value) ? members(value) : escapedXml(String(value));
}

export function escapedXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
