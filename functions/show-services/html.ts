/**
 * Markup that is safe to show. Only the tag `html` below makes it, so whatever else is put between its braces is
 * escaped: forgetting that takes more than forgetting.
 */
class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Html = Markup;

type Part = Html | string | number | undefined | readonly Html[];

/**
 * Markup from a template. Strings and numbers are escaped for text and for attributes in double quotes, which is where
 * they may stand; markup is put in as it is; undefined is nothing.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Markup(strings.reduce((text, next, index) => `${text}${textOf(parts[index - 1])}${next}`));
}

function textOf(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(textOf).join('');
  return escapeHtml(String(part));
}

/** Characters that no text needs and that a page must not get: controls but tab and line feed, and what turns text round. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const unwanted = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Text that can stand between tags and in attributes in double or single quotes. */
export function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replace(unwanted, '\ufffd')
    .replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
