import { objectOf } from './matchers.ts';

/** A leaf of an event. `within` tells, for each array on the way to it, which element it is in. */
export interface Leaf {
  readonly value: unknown;
  /** Number of the array, in the order they are met in the event → index of the element. */
  readonly within: ReadonlyMap<number, number>;
}

/**
 * The leaves of an event by their path, as far as somebody asks for it. Only leaves are fields: an object is not, nor is an array without elements;
 * the elements of an array have the array's path.
 * @param asked the paths, and every path on the way to them (`withAncestors`): most of an event is nobody's business.
 */
export function leavesOf(event: unknown, asked: ReadonlySet<string>): ReadonlyMap<string, readonly Leaf[]> {
  const leaves = new Map<string, Leaf[]>();
  let arrays = 0;
  const collect = (value: unknown, path: string, within: ReadonlyMap<number, number>): void => {
    if (Array.isArray(value)) {
      const array = arrays;
      arrays += 1;
      for (const [index, element] of value.entries()) {
        // Values belong together only where an object, or an array, holds them.
        const isContainer = typeof element === 'object' && element !== null;
        collect(element, path, isContainer ? new Map([...within, [array, index]]) : within);
      }
      return;
    }
    const fields = objectOf(value);
    if (fields === undefined) {
      const known = leaves.get(path);
      if (known === undefined) leaves.set(path, [{ value, within }]);
      else known.push({ value, within });
      return;
    }
    for (const name of Object.keys(fields)) {
      const inner = path === '' ? name : `${path}.${name}`;
      if (asked.has(inner)) collect(fields[name], inner, within);
    }
  };
  collect(event, '', new Map());
  return leaves;
}

/** `detail.a.b` → `detail`, `detail.a`, `detail.a.b`. */
export function withAncestors(paths: readonly string[]): ReadonlySet<string> {
  const all = new Set<string>();
  for (const path of paths) {
    const names = path.split('.');
    for (let length = 1; length <= names.length; length += 1) all.add(names.slice(0, length).join('.'));
  }
  return all;
}
