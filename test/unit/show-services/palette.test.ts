import { describe, expect, it } from 'vitest';
import { type Palette, palettes } from '../../../functions/show-services/palette.ts';

/** Contrast as WCAG 2.2 defines it. */
function contrast(left: string, right: string): number {
  const [darker = 0, lighter = 0] = [luminance(left), luminance(right)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((from) => Number.parseInt(colour.slice(from, from + 2), 16) / 255)
    .map((part) => (part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe('contrast', () => {
  it('is computed as WCAG says', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });
});

describe.each(Object.entries(palettes))('the %s palette', (_theme, palette: Palette) => {
  const texts = { ink: palette.ink, faint: palette.faint, link: palette.link, ...palette.tone };

  it.each(Object.entries(texts))('has text that can be read: %s', (_name, colour) => {
    expect(contrast(colour, palette.paper)).toBeGreaterThanOrEqual(4.5);
  });

  it('outlines in a colour that can be seen, around whatever fills', () => {
    expect(contrast(palette.ink, palette.paper)).toBeGreaterThanOrEqual(7);
  });

  it.each(Object.entries(palette.fill))('can be told from its outline or from the paper: %s', (_name, colour) => {
    expect(Math.max(contrast(colour, palette.ink), contrast(colour, palette.paper))).toBeGreaterThanOrEqual(3);
  });

  it('has what is missing stand out without a fill', () => {
    expect(contrast(palette.fill.missing, palette.paper)).toBeGreaterThanOrEqual(3);
  });

  it('has three colours side by side in a bar', () => {
    const { spot, onDemand, bridge } = palette.fill;
    expect(new Set([spot, onDemand, bridge]).size).toBe(3);
  });
});
