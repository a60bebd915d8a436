/**
 * Okabe and Ito's colours, told apart with every kind of colour vision, darker or lighter where they would be lost on
 * the theme's paper. After them they come again, dashed.
 */
const colours = {
  light: ['#0072b2', '#e08a00', '#00866a', '#d55e00', '#b0518a', '#3a9bd6', '#7a6a00', '#5b4bb0', '#4b535c'],
  dark: ['#56b4e9', '#f0b429', '#2fbf96', '#ff8a4a', '#e08fbd', '#8f7ff0', '#d8d84a', '#9adcf5', '#a9b4c0'],
} as const;

export type Theme = keyof typeof colours;

export interface Stroke {
  readonly colour: string;
  readonly dash: readonly number[] | undefined;
}

export function strokeOf(index: number, theme: Theme): Stroke {
  const all = colours[theme];
  const round = Math.floor(index / all.length);
  return { colour: all[index % all.length] ?? all[0], dash: round === 0 ? undefined : [6, 2 + 2 * round] };
}

/** Between the colour and the theme's paper, and opaque: areas that stand on each other must not mix. */
export function softened(colour: string, theme: Theme): string {
  const paper = inks[theme].paper;
  const part = (text: string, at: number) => Number.parseInt(text.slice(at, at + 2), 16);
  const mixed = [1, 3, 5].map((at) => Math.round(part(colour, at) * 0.65 + part(paper, at) * 0.35));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

export interface Inks {
  readonly paper: string;
  readonly ink: string;
  readonly faint: string;
  readonly grid: string;
  readonly threshold: string;
}

export const inks: Readonly<Record<Theme, Inks>> = {
  light: { paper: '#ffffff', ink: '#16191f', faint: '#545b64', grid: '#e7eaed', threshold: '#a33b00' },
  dark: { paper: '#161d26', ink: '#f2f3f3', faint: '#a9b4c0', grid: '#2c3642', threshold: '#ff9a5c' },
};
