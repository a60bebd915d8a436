import { escapedXml } from './query-protocol.ts';

/** Amazon EC2's dialect of the query protocol: lists are named after one item, answers are in lowerCamelCase. */

const listNames: Readonly<Record<string, string>> = {
  NetworkInterfaceId: 'NetworkInterfaceIds',
  VolumeId: 'VolumeIds',
};

/** `NetworkInterfaceId.1=eni-1` → `{ NetworkInterfaceIds: ['eni-1'] }`; everything else stays as it came. */
export function ec2Input(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [listNames[name] ?? name, value]));
}

export function ec2ResultXml(action: string, output: Readonly<Record<string, unknown>>): string {
  return `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>local</requestId>${members(output)}</${action}Response>`;
}

export function ec2ErrorXml(code: string, message: string): string {
  return `<Response><Errors><Error><Code>${escapedXml(code)}</Code><Message>${escapedXml(message)}</Message></Error></Errors><RequestID>local</RequestID></Response>`;
}

function members(value: object): string {
  return Object.entries(value)
    .map(([name, member]) => {
      const element = elementName(name, member);
      return `<${element}>${content(member)}</${element}>`;
    })
    .join('');
}

function content(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => `<item>${content(item)}</item>`).join('');
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' && value !== null ? members(value) : escapedXml(String(value));
}

/** `Groups` → `groupSet`, `PrivateIpAddress` → `privateIpAddress`; what AWS calls `State` it writes as `status`. */
function elementName(name: string, member: unknown): string {
  if (name === 'State') return 'status';
  const lower = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  return Array.isArray(member) && !lower.endsWith('Set') ? lower.replace(/s?$/, 'Set') : lower;
}
