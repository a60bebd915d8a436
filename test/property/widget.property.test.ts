import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ServiceFacts, WidgetFacts } from '../../functions/show-services/facts.ts';
import { widgetRequest } from '../../functions/show-services/request.ts';
import type { DecisionRecord, Reason } from '../../shared/decisions/plan.ts';
import { elementsOf, skeletonOf } from '../builders/parsed-html.ts';
import { nowMs } from '../builders/service-facts.ts';
import {
  aHistory,
  aRecord,
  drawn,
  factsOf,
  figuresOf,
  minute,
  resized,
  serviceFactsOf,
  widgetFacts,
} from '../builders/widget.ts';

/** Whatever text the ledger, ECS or a tag holds, the widget's elements and attributes are those that the code wrote. */

const attacks = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title></svg><script>alert(1)</script>',
  '</td></tr></table><iframe srcdoc="<script>alert(1)</script>">',
  'javascript:alert(1)',
  '<cwdb-action action="call" endpoint="arn:aws:lambda:us-east-1:444455556666:function:x">{}</cwdb-action>',
  '<!--',
  '-->',
  ']]>',
  '<![CDATA[',
  '&lt;script&gt;',
  '&#60;script&#62;',
  '&',
  '`',
  '\u0000<b>',
  '\u202e<b>',
  '\ud800',
  '<style>*{display:none}</style>',
  'url(https://example.com/x.svg)',
  ';background:url(javascript:alert(1))',
];

/** Characters that are replaced. */
const unseen = ['\u0000', '\u202e'];

const hostile = fc.oneof(
  fc.constantFrom(...attacks),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(fc.constantFrom('<', '>', '"', "'", '&', '/', '=', ' ', '\n', 'a', '`', '-', '!', ';'), { maxLength: 40 })
    .map((parts) => parts.join('')),
  fc.tuple(fc.constantFrom(...attacks), fc.constantFrom(...attacks)).map((parts) => parts.join('')),
);

/** Texts of a widget's facts, wherever text can be. */
interface Texts {
  readonly name: string;
  readonly cluster: string;
  readonly reason: string;
  readonly explanation: string;
  readonly error: string;
  readonly tag: string;
  readonly problem: string;
}

const texts: fc.Arbitrary<Texts> = fc.record({
  name: hostile,
  cluster: hostile,
  // Where a reason may break is markup: what is compared has to have as many such places.
  reason: hostile.map((text) => text.replace(/[_:]/g, '')),
  explanation: hostile,
  error: hostile,
  tag: hostile,
  problem: hostile,
});

const plain: Texts = {
  name: 'web',
  cluster: 'shop',
  reason: 'steady',
  explanation: 'because',
  error: 'no',
  tag: 'mode',
  problem: 'unknown',
};

function factsWith({ name, cluster, reason, explanation, error, tag, problem }: Texts, single: boolean): WidgetFacts {
  const [applied] = resized(0, 3, nowMs).applied;
  if (applied === undefined) throw new Error('nothing was applied');
  // The ledger holds what another version wrote: its reasons may be any text.
  const told = (changed: Partial<DecisionRecord>) => aRecord({ reason: reason as Reason, explanation, ...changed });
  const decisions = [
    told({ sinceMs: nowMs - minute, figures: figuresOf() }),
    told({ sinceMs: nowMs - 20 * minute, applied: [{ ...applied, result: 'refused', error }] }),
    told({ sinceMs: nowMs - 40 * minute, applied: [applied], figures: figuresOf({ staying: 7, bridgeDesired: 3 }) }),
    told({
      sinceMs: nowMs - 60 * minute,
      diagnosis: { deploymentId: name, class: 'image', cause: explanation, answer: 'told' as never },
    }),
  ];
  const service: Partial<ServiceFacts> = {
    name,
    cluster,
    serviceArn: `arn:aws:ecs:us-east-1:111122223333:service/${cluster}/${name}`,
    newest: told({ facts: factsOf({ running: 6, bridgeRunning: 3 }) }),
    history: aHistory({ decisions, spotStopsAtMs: [nowMs - 41 * minute] }),
  };
  return widgetFacts({
    single,
    services: [serviceFactsOf(service), serviceFactsOf({ ...service, policy: { ok: false, tag, problem } })].slice(
      0,
      single ? 1 : 2,
    ),
  });
}

const context = { theme: 'dark' };
const inConsole = { ...context, domain: 'https://us-east-1.console.aws.amazon.com' };

describe('the markup of a widget', () => {
  it.each([
    ['of many services', false],
    ['of one', true],
  ])('%s is what the code wrote, whatever the texts are', (_what, single) => {
    const expected = skeletonOf(drawn(factsWith(plain, single), context));
    fc.assert(
      fc.property(texts, (told) => {
        expect(skeletonOf(drawn(factsWith(told, single), context))).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('shows the texts as they are', () => {
    for (const attack of attacks.filter((text) => text.isWellFormed() && !unseen.some((one) => text.includes(one)))) {
      const elements = elementsOf(drawn(factsWith({ ...plain, name: attack }, true), context));
      expect(elements[0]?.text).toContain(attack);
      expect(elements.map(({ attributes }) => attributes['aria-label'])).toContain(`Timeline of ${attack}`);
    }
  });

  it('leads nowhere but to the console of AWS, and there by names that AWS allows', () => {
    const linksOf = (told: Texts) =>
      elementsOf(drawn(factsWith(told, true), inConsole)).flatMap(({ attributes: { href } }) => href ?? []);
    const url = 'https://us-east-1.console.aws.amazon.com/ecs/v2/clusters/shop/services/web/health?region=us-east-1';
    expect(linksOf(plain)).toEqual([url]);
    fc.assert(
      fc.property(texts, (told) => {
        const isAllowed = [told.name, told.cluster].every((name) => /^[\w-]+$/.test(name));
        expect(linksOf(told)).toHaveLength(isAllowed ? 1 : 0);
        expect(linksOf({ ...told, name: 'web', cluster: 'shop' })).toEqual([url]);
      }),
      { numRuns: 100 },
    );
  });

  it('has only what the code wrote in styles', () => {
    const stylesOf = (told: Texts) =>
      elementsOf(drawn(factsWith(told, false), context)).map(({ attributes: { style } }) => style);
    const expected = stylesOf(plain);
    fc.assert(
      fc.property(texts, (told) => {
        // The colour of a reason is that of its tone, and of one that nobody knows that of calm.
        expect(stylesOf(told)).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it('comes of any event, and shows wrong parameters as text', () => {
    fc.assert(
      fc.property(fc.anything(), (event) => {
        expect(widgetRequest(event).viewer.widthPx).toBeGreaterThanOrEqual(320);
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(hostile, hostile, hostile, (theme, zone, domain) => {
        const told = { theme, timezone: { label: zone, offsetISO: zone }, domain };
        expect(skeletonOf(drawn(widgetFacts(), told))).toEqual(skeletonOf(drawn(widgetFacts())));
      }),
      { numRuns: 100 },
    );
  });
});
