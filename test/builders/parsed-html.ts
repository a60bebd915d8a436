import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5';

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** All text in it. */
  readonly text: string;
}

/** Every element of a fragment as a browser reads it, in order. Errors of the markup are thrown. */
export function elementsOf(html: string): Element[] {
  const fragment = parseFragment(html, {
    onParseError: ({ code, startOffset }) => {
      throw new Error(`${code}: ${html.slice(Math.max(0, startOffset - 60), startOffset + 60)}`);
    },
  });
  return elementsIn(fragment);
}

/** Names of elements and of their attributes: what must not depend on what is told. */
export function skeletonOf(html: string): string[] {
  return elementsOf(html).map(({ name, attributes }) => [name, ...Object.keys(attributes)].join(' '));
}

function elementsIn(node: DefaultTreeAdapterTypes.Node): Element[] {
  const own = 'tagName' in node ? [elementOf(node)] : [];
  return [...own, ...('childNodes' in node ? node.childNodes.flatMap(elementsIn) : [])];
}

function elementOf(node: DefaultTreeAdapterTypes.Element): Element {
  return {
    name: node.tagName,
    attributes: Object.fromEntries(node.attrs.map(({ name, value }) => [name, value])),
    text: textIn(node),
  };
}

function textIn(node: DefaultTreeAdapterTypes.Node): string {
  if ('value' in node) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textIn).join('') : '';
}
