import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DashboardServer, startDashboardServer } from '../../local/dashboard/server.ts';
import { type Watched, watchVirtually } from '../../local/dashboard/watch-virtually.ts';
import { loadRules } from '../../local/rules.ts';
import { tour } from '../../local/scenarios/tour.ts';
import { loadStackPolicy } from '../../local/stack-policy.ts';
import { resolved } from '../infra/alarm-evaluation.ts';
import { chromiumPath, skippedBecause } from './chromium.ts';
import { hostileSource, hostileText } from './hostile-source.ts';
import { shrinkPng } from './shrink-png.ts';

/** The page of `npm start -- --dashboard` in a real browser. */

/** Spot is short, quota and cap are in the way: alarms ring. */
const incidentMinutes = 205;
const themes = ['light', 'dark'] as const;
const images = new URL('../../docs/images/', import.meta.url);
const imageBytesMax = 250_000;
const isUpdating = process.env.UPDATE_SCREENSHOTS === '1';

let browser: Browser;
let watched: Watched;
let server: DashboardServer;
const problems: string[] = [];

describe.skipIf(chromiumPath === undefined)(`the dashboards in Chromium${skippedBecause}`, { timeout: 60_000 }, () => {
  beforeAll(async () => {
    watched = watchVirtually(tour, { rules: loadRules(), stackPolicy: loadStackPolicy(), template: resolved });
    await watched.playTo(incidentMinutes);
    server = await startDashboardServer(watched.source);
    browser = await chromium.launch({
      ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
      // In a container there are no namespaces for it; the only pages are ours.
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function open(tab: string, theme: (typeof themes)[number] = 'light'): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: theme });
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) problems.push(`${tab}: ${message.text()}`);
    });
    page.on('pageerror', (error) => problems.push(`${tab}: ${error.message}`));
    await page.goto(`${server.url}#${tab}`);
    await page.waitForSelector(`html[data-shown=${tab}]`);
    return page;
  }

  describe.each(['fleet', 'service'])('the dashboard %s', (name) => {
    it.each(themes)('draws every widget (%s)', async (theme) => {
      const page = await open(name, theme);
      await page.waitForFunction(customWidgetsAreThere);
      const widgets = (await page.evaluate(drawnWidgets)) as readonly { title: string; drawn: boolean }[];
      expect(widgets.length).toBeGreaterThan(10);
      expect(widgets.filter(({ drawn }) => !drawn)).toEqual([]);
      expect(await page.locator('.problem').allTextContents()).toEqual([]);
      await page.close();
    });

    it('fits into the page: no widget lies over another, none is wider than the page', async () => {
      const page = await open(name);
      expect(await page.evaluate(overlappingWidgets)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      await page.close();
    });
  });

  it('shows another service when one is picked', async () => {
    const page = await open('service');
    const decisions = page.getByRole('region', { name: 'Decisions about this service' });
    await expect.poll(() => decisions.textContent()).toContain('bridge_at_cap');
    await page.locator('#variable-service').selectOption('web');
    await expect.poll(() => decisions.textContent()).toContain('budget_exhausted');
    expect(await decisions.textContent()).not.toContain('bridge_at_cap');
    await page.close();
  });

  it('opens the details of a service from the custom widget', async () => {
    const page = await open('fleet');
    await page.getByText('details').first().click();
    await expect.poll(() => page.getByRole('dialog').textContent()).toContain('Close');
    await expect.poll(() => page.getByRole('dialog').getByText('budget_exhausted').count()).toBeGreaterThan(0);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    await page.close();
  });

  it('follows the theme of the machine, and the button', async () => {
    const page = await open('fleet', 'dark');
    const paper = () => page.evaluate('getComputedStyle(document.querySelector(".widget.metric")).backgroundColor');
    expect(await paper()).toBe('rgb(22, 29, 38)');
    await page.getByRole('button', { name: 'Change to the light theme' }).click();
    expect(await paper()).toBe('rgb(255, 255, 255)');
    await page.close();
  });

  it('shows every alarm with its threshold, those that ring first', async () => {
    const page = await open('alarms');
    expect(await page.locator('.alarm-card').count()).toBeGreaterThanOrEqual(38);
    expect(await page.locator('.alarm-card').first().textContent()).toContain('In alarm');
    expect(await page.locator('#alarm-BudgetExhaustedAlarm').textContent()).toContain('since 11:59');
    expect(await page.locator('.alarm-card canvas').count()).toBe(await page.locator('.alarm-card .plot').count());
    await page.close();
  });

  it('tells what happened, and goes on by itself', async () => {
    const page = await open('timeline');
    await expect.poll(() => page.locator('.timeline .act').count()).toBeGreaterThan(10);
    const before = await page.locator('#now').textContent();
    await watched.playTo(incidentMinutes + 2);
    await expect.poll(() => page.locator('#now').textContent(), { timeout: 8_000 }).not.toBe(before);
    await page.close();
  });

  it('is used by keyboard', async () => {
    const page = await open('fleet');
    await page.getByRole('tab', { name: 'Fleet' }).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.getByRole('tab', { name: 'Service' }).getAttribute('aria-selected')).toBe('true');
    expect(await page.evaluate('document.activeElement.id')).toBe('tab-service');
    await page.close();
  });

  it('shows hostile names, logs and widgets as what they are, and runs nothing of them', async () => {
    const hostile = await startDashboardServer(hostileSource());
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${hostile.url}#service`);
    await expect.poll(() => page.locator('#variable-service').textContent()).toContain(hostileText);
    await expect.poll(() => page.getByRole('region', { name: 'Decisions' }).textContent()).toContain(hostileText);
    await page.getByRole('tab', { name: 'Fleet' }).click();
    await expect.poll(() => page.locator('#panel-fleet').getByText('what is harmless stays').count()).toBe(1);
    await page.locator('#panel-fleet').getByText('lead out').click();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await page.evaluate(dangerous)).toEqual([]);
    await page.close();
    await hostile.stop();
  });

  it('has had no error and no warning in its console', () => {
    expect(problems).toEqual([]);
  });

  describe('pictures in docs/images', () => {
    const shots = ['fleet', 'fleet-top', 'service', 'widget'].flatMap((what) =>
      themes.map((theme) => ({ what, theme, file: new URL(`${what}-${theme}.png`, images) })),
    );

    it.each(isUpdating ? shots : [])('$what, $theme, is made anew', async ({ what, theme, file }) => {
      const page = await open(what === 'service' ? 'service' : 'fleet', theme);
      await page.waitForFunction(customWidgetsAreThere);
      if (what === 'service') {
        await page.locator('#variable-service').selectOption('web');
        await page.waitForTimeout(2_500);
      }
      mkdirSync(images, { recursive: true });
      writeFileSync(file, shrinkPng(await picture(page, what)));
      await page.close();
    });

    it.each(shots)('$what, $theme, is there and small', ({ file }) => {
      expect(statSync(fileURLToPath(file)).size).toBeLessThan(imageBytesMax);
      expect(readFileSync(file).subarray(1, 4).toString()).toBe('PNG');
    });
  });
});

async function picture(page: Page, what: string): Promise<Buffer> {
  if (what === 'widget') return page.locator('.widget.custom').first().screenshot();
  if (what !== 'fleet-top') return page.screenshot({ fullPage: true });
  const { y, height } = (await page.locator('.widget.custom').first().boundingBox()) ?? { y: 0, height: 900 };
  return page.screenshot({ fullPage: true, clip: { x: 0, y: 0, width: 1440, height: Math.ceil(y + height + 12) } });
}

// What follows runs in the page, as text: the types of this project are Node's.

const customWidgetsAreThere = `[...document.querySelectorAll('.widget.custom .custom')].every(
  ({ shadowRoot }) => shadowRoot.querySelector('svg') !== null)`;

/** A chart is drawn where something on its canvas has a colour: axes and grid are grey. */
const drawnWidgets = `[...document.querySelectorAll('.widget')].map((widget) => {
  const title = widget.querySelector('h3')?.textContent ?? '';
  const canvas = widget.querySelector('canvas');
  if (canvas !== null) {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let coloured = 0;
    for (let at = 0; at < data.length; at += 4) {
      const [red, green, blue, alpha] = data.subarray(at, at + 4);
      if (alpha > 128 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) coloured += 1;
    }
    return { title, drawn: coloured > 10 };
  }
  if (widget.matches('.metric')) return { title, drawn: /\\d/.test(widget.querySelector('dd')?.textContent ?? '') };
  if (widget.matches('.custom')) return { title, drawn: true };
  return { title, drawn: (widget.querySelector('.body')?.textContent ?? '').trim() !== '' };
})`;

const overlappingWidgets = `(() => {
  const boxes = [...document.querySelectorAll('.widget')].map((widget) => widget.getBoundingClientRect());
  return boxes.flatMap((one, index) => boxes.slice(index + 1).filter((other) =>
    one.left < other.right - 1 && other.left < one.right - 1 && one.top < other.bottom - 1 && other.top < one.bottom - 1));
})()`;

/** Elements and attributes that could run or load something, in the page and in its widgets. */
const dangerous = `[document, ...[...document.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ?? [])]
  .flatMap((root) => [...root.querySelectorAll('*')])
  .flatMap(({ tagName, attributes }) => [
    ...(['IFRAME', 'OBJECT', 'EMBED', 'FORM'].includes(tagName) ? [tagName] : []),
    ...[...attributes].filter(({ name, value }) => name.startsWith('on') || /^javascript:/.test(value)).map(({ name }) => name),
  ])`;
