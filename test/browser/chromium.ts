import { existsSync } from 'node:fs';

/** Where Debian's package, and others, put it. */
const places = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** The browser of this machine; undefined where there is none. */
export const chromiumPath = places.find((path) => path !== '' && existsSync(path));

/** Stands in the name of what is skipped. */
export const skippedBecause =
  chromiumPath === undefined ? ' (skipped: no Chromium here; CHROMIUM_PATH, or apt-get install chromium)' : '';
