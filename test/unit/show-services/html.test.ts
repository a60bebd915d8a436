import { describe, expect, it } from 'vitest';
import { escapeHtml, html } from '../../../functions/show-services/html.ts';

describe('html', () => {
  it('escapes what is put in', () => {
    expect(html`<b title="${'"><script>'}">${'<script>alert(1)</script>'}</b>`.text).toBe(
      '<b title="&#34;&#62;&#60;script&#62;">&#60;script&#62;alert(1)&#60;/script&#62;</b>',
    );
  });

  it('puts markup in as it is, also a list of it, numbers as they are written, and nothing for undefined', () => {
    expect(html`<p>${html`<i>${'a'}</i>`}${[html`<br>`, html`<br>`]}${1.5}${undefined}</p>`.text).toBe(
      '<p><i>a</i><br><br>1.5</p>',
    );
  });

  it('takes no text for markup because it looks like it', () => {
    const lookalike = { text: '<script>' };
    // Only the tag makes markup; whatever came out of JSON is not.
    expect(html`${lookalike as never}`.text).not.toContain('<script>');
  });
});

describe('escapeHtml', () => {
  it.each([
    ['& < > " \' `', '&#38; &#60; &#62; &#34; &#39; &#96;'],
    ['two\nlines\tand a tab', 'two\nlines\tand a tab'],
    ['a\u0000b\u001bc\u0085d', 'a\ufffdb\ufffdc\ufffdd'],
    ['web\u202egpj.exe', 'web\ufffdgpj.exe'],
    ['no character \ufffe \u{10ffff}', 'no character \ufffd \ufffd'],
    ['half a pair \ud83d', 'half a pair \ufffd'],
    ['größer → 4 🙂', 'größer → 4 🙂'],
  ])('makes of %j what can stand in a page', (text, expected) => {
    expect(escapeHtml(text)).toBe(expected);
  });
});
