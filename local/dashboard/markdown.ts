import type { TextBlock } from './shown.ts';

/**
 * The Markdown that the dashboards' text widgets use: headings, paragraphs, strong, emphasis, code. It is taken apart,
 * never turned into HTML, so nothing in it can become markup.
 */
export function textBlocks(markdown: string): TextBlock[] {
  return markdown
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, marks, title] = /^(#{1,3}) (.*)$/.exec(line) ?? [];
      return marks === undefined || title === undefined
        ? { kind: 'paragraph', level: 0, spans: spansOf(line) }
        : { kind: 'heading', level: marks.length, spans: spansOf(title) };
    });
}

const marked = /\*\*([^*]+)\*\*|\*([^*]+)\*|`([^`]+)`/g;

function spansOf(line: string): TextBlock['spans'] {
  const spans: { text: string; style: TextBlock['spans'][number]['style'] }[] = [];
  let from = 0;
  for (const match of line.matchAll(marked)) {
    const [whole, strong, emphasis, code] = match;
    if (match.index > from) spans.push({ text: line.slice(from, match.index), style: 'plain' });
    if (strong !== undefined) spans.push({ text: strong, style: 'strong' });
    else if (emphasis !== undefined) spans.push({ text: emphasis, style: 'emphasis' });
    else spans.push({ text: code ?? '', style: 'code' });
    from = match.index + whole.length;
  }
  return from < line.length ? [...spans, { text: line.slice(from), style: 'plain' }] : spans;
}
