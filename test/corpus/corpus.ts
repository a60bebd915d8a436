import { announcedCases } from './announced.ts';
import { applicationCases } from './application.ts';
import { capacityCases } from './capacity.ts';
import { configurationCases } from './configuration.ts';
import { healthCheckCases } from './health-check.ts';
import type { CorpusCase } from './history.ts';
import { imageCases } from './image.ts';
import { misleadingCases } from './misleading.ts';
import { unknownCases } from './unknown.ts';

export const corpus: readonly CorpusCase[] = [
  ...capacityCases,
  ...imageCases,
  ...configurationCases,
  ...applicationCases,
  ...healthCheckCases,
  ...announcedCases,
  ...unknownCases,
  ...misleadingCases,
];
