const tabs = [
  ['fleet', 'Fleet'],
  ['service', 'Service'],
  ['alarms', 'Alarms'],
  ['timeline', 'Timeline'],
] as const;

const ranges = [
  ['', 'as the dashboard says'],
  ['1', 'the last hour'],
  ['3', 'the last 3 hours'],
  ['12', 'the last 12 hours'],
] as const;

/** The page without data: its script fills it in. Nothing is loaded but from this server. */
export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Ballast: the dashboards of the embedded region</title>
<link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>
</head>
<body>
<header class="top">
<b class="brand">Ballast</b>
<div role="tablist" aria-label="Views">
${tabs
  .map(
    ([name, title]) =>
      `<button type="button" role="tab" id="tab-${name}" aria-controls="panel-${name}" aria-selected="false">${title}</button>`,
  )
  .join('\n')}
</div>
<span id="connection" role="status"></span>
<span id="now"></span>
<label id="time-range">Shows <select id="range">
${ranges.map(([value, text]) => `<option value="${value}">${text}</option>`).join('\n')}
</select></label>
<button type="button" id="theme"></button>
</header>
<main>
${tabs.map(([name]) => `<div role="tabpanel" id="panel-${name}" aria-labelledby="tab-${name}" hidden></div>`).join('\n')}
</main>
</body>
</html>
`;
