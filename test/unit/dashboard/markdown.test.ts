import { describe, expect, it } from 'vitest';
import { textBlocks } from '../../../local/dashboard/markdown.ts';

describe('textBlocks', () => {
  it('knows headings, strong, emphasis and code', () => {
    expect(textBlocks('# Fleet\n**Ten seconds:** see *Money*, `budget_exhausted`.')).toEqual([
      { kind: 'heading', level: 1, spans: [{ text: 'Fleet', style: 'plain' }] },
      {
        kind: 'paragraph',
        level: 0,
        spans: [
          { text: 'Ten seconds:', style: 'strong' },
          { text: ' see ', style: 'plain' },
          { text: 'Money', style: 'emphasis' },
          { text: ', ', style: 'plain' },
          { text: 'budget_exhausted', style: 'code' },
          { text: '.', style: 'plain' },
        ],
      },
    ]);
  });

  it('leaves markup what it is: text', () => {
    expect(textBlocks('<script>alert(1)</script>')[0]?.spans).toEqual([
      { text: '<script>alert(1)</script>', style: 'plain' },
    ]);
  });
});
