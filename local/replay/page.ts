import type { Goal } from '../scenarios/outcome.ts';
import { escaped } from './markup.ts';
import { pageStyle } from './page-style.ts';
import { rates } from './rates.ts';
import type { Result, Row } from './result.ts';
import { scatter, sign } from './scatter.ts';
import type { ReplaySettings } from './settings.ts';
import { percent, round } from './table.ts';
import { roughest, type Span, timePlot } from './time-plot.ts';

/** One self-contained page: nothing is loaded, nothing is run; which policy is drawn is chosen by its style sheet. */
export function pageOf(results: readonly Result[], goals: readonly Goal[], settings: ReplaySettings): string {
  const rows = results[0]?.rows ?? [];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Ballast replay</title>
<style>${pageStyle}
${rows.map(({ name }) => `:root:has(#show-${name}:checked) .show-${name}{display:inline}`).join('\n')}
</style>
</head>
<body>
<header>
<h1>Spot traces under ${rows.length} policies</h1>
<p>${assumptions(settings)}</p>
</header>
<fieldset class="choice"><legend>Drawn over time</legend>
${rows.map(choice).join('\n')}
</fieldset>
${key()}
${results.map(section).join('\n')}
<section><h2>Goals</h2><ul class="goals">
${goals.map(goalItem).join('\n')}
</ul></section>
</body>
</html>
`;
}

function assumptions({ tasks, launch, stopTimeoutMs, lostNoticeShare }: ReplaySettings): string {
  const spot = percent(rates.perVcpuHour.spot / rates.perVcpuHour.onDemand, 1);
  return (
    `${tasks} tasks; a launch takes ${launch.medianMs / 1_000} s (median) and ${launch.p95Ms / 1_000} s (95th percentile); ` +
    `stopTimeout ${stopTimeoutMs / 1_000} s; ${percent(lostNoticeShare, 0)} of notices lost. ` +
    `Spot costs ${spot} of on-demand (${rates.region}, ${rates.asOf}). A model, not a measurement of AWS.`
  );
}

function choice({ name, title }: Row): string {
  const checked = name === 'bridge' ? ' checked' : '';
  return `<label><input type="radio" name="shown" id="show-${name}"${checked}> ${escaped(title)}</label>`;
}

function key(): string {
  const swatch = (className: string, text: string) => `<span><i class="swatch ${className}"></i>${text}</span>`;
  return `<p class="key">${swatch('is-spot', 'Spot running')}${swatch('is-on-demand', 'on-demand running, on top of it')}${swatch('is-capacity', 'Spot capacity')}${swatch('is-wanted', 'desired')}</p>`;
}

function section(result: Result): string {
  const { trace, share, falls, tasks } = result;
  const whole: Span = { fromMs: 0, untilMs: trace.lengthMs };
  const rough = roughest(result);
  const days = round(trace.lengthMs / 86_400_000, 1);
  return `<section>
<h2>${escaped(trace.name)}</h2>
<p>${days} days, a sample every ${trace.gapSeconds} s. Spot had room for ${percent(share, 1)} of ${tasks} tasks and fell ${falls === 1 ? 'once' : `${falls} times`}.</p>
<figure><figcaption>All of it; where there is no room for every change, the mean of each column</figcaption>
<div class="scroll">${timePlot(result, whole, `Running tasks on the trace ${trace.name}`)}</div></figure>
<figure><figcaption>The six hours in which the most was taken away</figcaption>
<div class="scroll">${timePlot(result, rough, `Running tasks in six hours of the trace ${trace.name}`)}</div></figure>
<div class="beside"><figure><figcaption>Cost and availability</figcaption>
${scatter(result)}</figure>
<div class="scroll">${table(result)}</div></div>
</section>`;
}

function table({ rows }: Result): string {
  const cells = ({ name, title, figures, ofOptimum }: Row) =>
    `<tr><th scope="row">${sign(name)}${escaped(title)}</th>${[
      percent(figures.availability, 4),
      `${Math.round(figures.belowDesiredSeconds / 60)} min`,
      percent(figures.cost, 2),
      round(ofOptimum, 3),
      round(figures.launchesPerTaskDay, 2),
      String(figures.forcedDeployments),
    ]
      .map((cell) => `<td>${cell}</td>`)
      .join('')}</tr>`;
  const head = ['policy', 'availability', 'below desired', 'of on-demand', 'of optimum', 'launches', 'forced'];
  return `<table><thead><tr>${head.map((cell) => `<th scope="col">${cell}</th>`).join('')}</tr></thead><tbody>
${rows.map(cells).join('\n')}
</tbody></table>
<p class="note">Launches per task and day; forced deployments in all.</p>`;
}

function goalItem({ goal, measured, met }: Goal): string {
  return `<li class="${met ? 'met' : 'missed'}"><b>${met ? 'met' : 'missed'}</b> ${escaped(goal)}: ${escaped(measured)}</li>`;
}
