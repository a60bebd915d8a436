import { demo } from './demo.ts';
import type { Scenario } from './scenario.ts';

/** Every named scenario; `npm run scenario` lists them. */
export const scenarios: readonly Scenario[] = [demo];
