import { InvalidPatternError } from './invalid-pattern-error.ts';

/**
 * `10.0.0.0/8` or `2001:db8::/32` → whether an address lies between the one written and the end of its block: AWS's
 * matcher does not go back to where the block begins. A block of one address is refused, as AWS does.
 */
export function cidrMatcher(block: string, path: string): (address: string) => boolean {
  const [first, maskText, ...rest] = block.split('/');
  const bits = addressBits(first ?? '');
  const mask = Number(maskText);
  if (bits === undefined || rest.length > 0 || maskText === undefined || !/^\d{1,3}$/.test(maskText)) {
    throw new InvalidPatternError(path, `${block} is no CIDR block`);
  }
  if (mask >= bits.length) throw new InvalidPatternError(path, `mask bits must be < ${bits.length}`);
  const network = bits.slice(0, mask);
  return (address) => {
    const own = addressBits(address);
    return own !== undefined && own.length === bits.length && own.startsWith(network) && own >= bits;
  };
}

/** An address as a string of 32 or 128 zeros and ones; `undefined` where the text is none. */
export function addressBits(address: string): string | undefined {
  return address.includes(':') ? bitsOfV6(address) : bitsOfV4(address);
}

function bitsOfV4(address: string): string | undefined {
  const parts = address.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) return undefined;
  return parts.map((part) => Number(part).toString(2).padStart(8, '0')).join('');
}

function bitsOfV6(address: string): string | undefined {
  const halves = address.split('::');
  if (halves.length > 2) return undefined;
  const groups = (half: string | undefined) => (half === undefined || half === '' ? [] : half.split(':'));
  const head = groups(halves[0]);
  const tail = groups(halves[1]);
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  if (!all.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return all.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}
