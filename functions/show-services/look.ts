import type { Palette } from './palette.ts';
import type { Clocks } from './time-text.ts';

/** What all parts of a widget are drawn with. */
export interface Look {
  readonly palette: Palette;
  readonly clocks: Clocks;
  /** That there are for the content. */
  readonly widthPx: number;
  /** `https://REGION.console.aws.amazon.com`, for links. */
  readonly consoleUrl?: string;
  /** This function, for what can be clicked. */
  readonly functionArn: string;
}
