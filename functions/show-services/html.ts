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
  if (Array.isArray(part)) return part.map(textOf).join('');
  return escapeHtml(String(part));
}

/** What no text needs and a page must not get: controls but tab and line feed, what turns text round, no characters. */
const unwanted = /[[\p{Cc}\p{Bidi_Control}\p{Noncharacter_Code_Point}\ufeff]--[\t\n]]/gv;

/** Text that can stand between tags and in attributes in double or single quotes. */
export function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replace(unwanted, '\ufffd')
    .replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
