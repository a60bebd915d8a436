import type { ShownWidget } from '../shown.ts';
import { element } from './element.ts';
import type { Theme } from './palette.ts';

/** A custom widget: HTML of a function, shown as CloudWatch does, without anything that could run. */

export interface WidgetContext {
  readonly theme: Theme;
  readonly fromMs: number;
  readonly toMs: number;
}

type Custom = Extract<ShownWidget, { type: 'custom' }>;

const forbidden = 'script,iframe,frame,object,embed,link,meta,base,form,input,style,use,foreignObject,animate,set';

/** Redraws only what has changed: who reads must not lose the place. */
export function createCustomWidget(widget: Custom): {
  readonly root: HTMLElement;
  show(context: WidgetContext): Promise<void>;
} {
  const root = element('div', { class: 'custom' });
  const shadow = root.attachShadow({ mode: 'open' });
  let last = '';
  return {
    root,
    async show(context) {
      const html = await invoke(widget.endpoint, widget.params, root.clientWidth, context);
      if (html === last) return;
      last = html;
      shadow.replaceChildren(...safe(html));
      listen(shadow, root, context);
    },
  };
}

async function invoke(endpoint: string, params: unknown, width: number, context: WidgetContext): Promise<string> {
  const response = await fetch('/api/invoke', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ endpoint, params, width, ...context }),
  });
  return response.text();
}

/** No script runs here anyway (the page's policy allows only its own); what could lead out of the widget goes too. */
function safe(html: string): Node[] {
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  for (const found of parsed.querySelectorAll(forbidden)) found.remove();
  for (const found of parsed.querySelectorAll('*')) {
    for (const { name, value } of [...found.attributes]) {
      const leads = name === 'href' || name === 'src' || name === 'xlink:href';
      if (name.startsWith('on') || (leads && !/^(https:|#)/.test(value))) found.removeAttribute(name);
    }
  }
  return [...parsed.body.childNodes];
}

/** `cwdb-action` makes the element before it a control: a click calls the function again and shows what it says. */
function listen(shadow: ShadowRoot, root: HTMLElement, context: WidgetContext): void {
  for (const action of shadow.querySelectorAll('cwdb-action')) {
    const control = action.previousElementSibling;
    if (!(control instanceof HTMLElement)) continue;
    const text = action.textContent ?? '';
    const endpoint = action.getAttribute('endpoint') ?? '';
    const open = async () => {
      if (action.getAttribute('action') !== 'call') show(safe(action.innerHTML));
      else show(safe(await invoke(endpoint, JSON.parse(text), Math.min(1_000, root.clientWidth), context)));
    };
    control.tabIndex = 0;
    control.setAttribute('role', 'button');
    control.addEventListener('click', open);
    control.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') void open();
    });
  }
}

function show(content: readonly Node[]): void {
  const inside = element('div');
  inside.attachShadow({ mode: 'open' }).append(...content);
  const close = element('button', { type: 'button', class: 'close' }, 'Close');
  const dialog = element('dialog', { class: 'popup' }, close, inside);
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
