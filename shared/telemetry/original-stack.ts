import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Stack traces that name the sources, without `--enable-source-maps`: with that option Node reads the map, larger than
 * the bundle, at every cold start, for a quarter of its CPU time. Here the first error reads it.
 */

interface Origin {
  readonly fileName?: string;
  readonly lineNumber?: number;
  readonly columnNumber?: number;
}

type FindOrigin = (line: number, column: number) => Origin;

/** The file that runs: a bundle, with this module in it. */
const bundle = import.meta.url;

let findOrigin: FindOrigin | undefined;

/** Rewrites the error's stack, and that of what caused it, from places in the bundle to places in the sources. */
export function restoreStack(error: unknown): void {
  for (let one = error; one instanceof Error; one = one.cause) {
    if (one.stack?.includes(bundle) === true) one.stack = originalStack(one.stack);
  }
}

function originalStack(stack: string): string {
  findOrigin ??= readMap();
  const find = findOrigin;
  return stack.replaceAll(/(file:[^\s()]+):(\d+):(\d+)/g, (place, file, line, column) => {
    const { fileName, lineNumber, columnNumber } = file === bundle ? find(Number(line), Number(column)) : {};
    // The map has paths that lead from the bundle up to the root of the sources.
    return fileName === undefined ? place : `${fileName.replace(/^(\.\.\/)+/, '')}:${lineNumber}:${columnNumber}`;
  });
}

/** What cannot be read must not hide the error that is being told. */
function readMap(): FindOrigin {
  try {
    // On demand: no function needs it to begin.
    const { SourceMap } = process.getBuiltinModule('node:module');
    const map = new SourceMap(JSON.parse(readFileSync(fileURLToPath(`${bundle}.map`), 'utf8')));
    return (line, column) => map.findOrigin(line, column);
  } catch {
    return () => ({});
  }
}
