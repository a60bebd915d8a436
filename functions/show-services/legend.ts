import { happeningKinds } from './happenings.ts';
import { type Html, html } from './html.ts';
import { kindTexts, shape } from './marks.ts';
import type { Palette } from './palette.ts';

/** What shapes and colours mean. */
export function legend(palette: Palette): Html {
  const colours = [
    ['Spot', palette.fill.spot],
    ['on demand', palette.fill.onDemand],
    ['bridge', palette.fill.bridge],
  ] as const;
  const item = (drawing: Html, text: string) =>
    html`<span style="display:inline-block;margin:0 14px 2px 0;white-space:nowrap">${drawing} ${text}</span>`;
  const swatch = (rect: Html) =>
    html`<svg xmlns="http://www.w3.org/2000/svg" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true" style="display:inline-block;vertical-align:-3px">${rect}</svg>`;
  return html`<div style="color:${palette.faint};font-size:12px;margin-top:6px">${colours.map(([text, fill]) =>
    item(swatch(html`<rect x="-6" y="-6" width="12" height="12" fill="${fill}" stroke="${palette.ink}"/>`), text),
  )}${item(
    swatch(
      html`<rect x="-6" y="-6" width="12" height="12" fill="none" stroke="${palette.fill.missing}" stroke-width="1.5" stroke-dasharray="3 2"/>`,
    ),
    'missing',
  )}${happeningKinds.map((kind) => item(swatch(shape(kind, palette)), kindTexts[kind]))}${item(
    swatch(shape('bridge_grown', palette, true)),
    'hollow: only planned',
  )}</div>`;
}
