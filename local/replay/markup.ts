/** Text that stands in a page. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A place on a drawing that is seldom worth more than a tenth of a pixel. */
export function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** A number line: where a value stands on the drawing. */
export type Scale = (value: number) => number;

export function linear([from, to]: readonly [number, number], [start, end]: readonly [number, number]): Scale {
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}

/** At most so many round steps from 0 up to the length. */
export function steps(length: number, countMax: number, sizes: readonly number[]): number[] {
  const size = sizes.find((one) => length / one <= countMax) ?? length;
  return Array.from({ length: Math.floor(length / size) + 1 }, (_, index) => index * size);
}
