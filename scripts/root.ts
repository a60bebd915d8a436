import { join } from 'node:path';

/** The repository's root; every script works from there, wherever it is called. */
export const root = join(import.meta.dirname, '..');

/** A command of a development dependency. */
export const bin = (name: string): string => join(root, 'node_modules/.bin', name);
