/**
 * Browser side, as text: reads the specs of the charts, draws each with Chart.js in the colours of the current theme, and says
 * in `data-charts` on the root element (`drawn` or `failed`) and in `window.quorumlab` how that went.
 */
export const drawScript = `
const specs = JSON.parse(document.getElementById('charts').textContent);
const report = { charts: specs.length, drawn: 0, errors: [] };
window.quorumlab = report;
addEventListener('error', (event) => failed(event.message));
addEventListener('unhandledrejection', (event) => failed(String(event.reason)));
addEventListener('securitypolicyviolation', (event) => failed('blocked by the security policy: ' + event.violatedDirective));
function failed(message) {
  report.errors.push(message);
  document.documentElement.dataset.charts = 'failed';
}

const root = getComputedStyle(document.documentElement);
function themeColour(name) { return root.getPropertyValue('--' + name).trim(); }
function chartFont(size, weight) { return weight + ' ' + size + 'px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif'; }
/** Black or white, whichever stands out more from #rrggbb. */
function inkOn(colour) {
  const channel = (at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255;
  const luminance = 0.2126 * channel(1) ** 2.2 + 0.7152 * channel(3) ** 2.2 + 0.0722 * channel(5) ** 2.2;
  return luminance > 0.2 ? '#14181c' : '#ffffff';
}

function datasetOf(spec, series) {
  const fill = (name) => themeColour(name) + (series.look === 'soft' ? '73' : '');
  if (spec.kind === 'bar') {
    const backgroundColor = series.colours.length > 0 ? series.colours.map(fill) : fill(series.colour);
    const between = spec.stacked ? { borderColor: themeColour('page'), borderWidth: { right: 1.5 }, borderSkipped: false } : {};
    const data = series.from ? series.values.map((value, index) => value === null ? null : [series.from[index], value]) : series.values;
    return { series, label: series.label, data, grouped: !series.from, backgroundColor, categoryPercentage: 0.82,
      barPercentage: spec.stacked ? 0.8 : 0.92, maxBarThickness: spec.stacked ? 40 : 28, skipNull: true, ...between };
  }
  const colour = themeColour(series.colour);
  if (series.look === 'signs') {
    const ring = series.sign === 'ring';
    return { series, label: series.label, data: series.values.map((y, index) => ({ x: series.x[index], y })), showLine: false, clip: 9,
      pointStyle: series.sign === 'cross' ? 'crossRot' : 'circle', pointRadius: series.sign === 'cross' ? 7 : 4.5, pointHoverRadius: 7,
      borderWidth: series.sign === 'cross' ? 3 : 1.5, pointBorderColor: ring || series.sign === 'cross' ? colour : themeColour('page'),
      pointBackgroundColor: ring ? themeColour('page') : colour, borderColor: colour, backgroundColor: colour };
  }
  return { series, label: series.label, data: series.values.map((y, index) => ({ x: series.x[index], y })),
    borderColor: series.look === 'thin' ? colour + '99' : colour, backgroundColor: colour, borderDash: series.dash,
    borderWidth: series.look === 'thin' ? 1 : 2, pointRadius: 0, pointHitRadius: 6, borderJoinStyle: 'round', spanGaps: false };
}

function largest(spec) {
  const all = spec.series.flatMap((series) => [...series.values, ...series.high]).filter((value) => value !== null);
  return spec.stacked || all.length === 0 ? undefined : Math.max(...all);
}

/** Labels of lying bars break between words; those below standing bars only where they say so. */
function wrapped(label, width) {
  if (label.includes('\\n')) return label.split('\\n');
  if (label.length <= width) return label;
  const lines = [''];
  for (const word of label.split(/(?<=[ ,·/])/)) {
    if ((lines.at(-1) + word).trim().length > width && lines.at(-1) !== '') lines.push('');
    lines[lines.length - 1] += word;
  }
  return lines.map((line) => line.trim());
}

function scaleOf(spec, axis, isValue) {
  const ticks = { color: themeColour('ink-soft'), font: { size: 12 } };
  const scale = { type: axis.scale, ticks,
    border: { color: themeColour('rule'), display: !isValue },
    grid: { color: themeColour('grid'), display: isValue || spec.kind === 'line', drawTicks: false },
    title: { display: axis.title !== '', text: axis.title, color: themeColour('ink-soft'), font: { size: 12 } } };
  if (axis.scale === 'category') {
    const width = spec.horizontal ? 18 : 12;
    ticks.color = themeColour('ink');
    ticks.autoSkip = false;
    ticks.callback = function (index) { return wrapped(String(this.getLabelForValue(index)), width); };
    ticks.padding = 6;
    return scale;
  }
  ticks.padding = 8;
  ticks.maxRotation = 0;
  ticks.autoSkipPadding = 20;
  ticks.maxTicksLimit = isValue && !spec.horizontal ? 6 : 9;
  ticks.callback = (value) => axisText(value, axis.format);
  if (axis.min !== null) scale.min = axis.min;
  if (axis.max !== null) scale.max = axis.max;
  if (isValue && axis.max === null) scale.suggestedMax = largest(spec);
  if (axis.scale === 'logarithmic') {
    ticks.maxTicksLimit = 40;
    ticks.autoSkipPadding = 12;
    const wide = axis.max !== null && axis.min !== null && axis.max / axis.min > 1e4;
    scale.afterBuildTicks = (built) => {
      if (wide) built.ticks = built.ticks.filter(({ value }) => /^1[.]000/.test(value.toExponential(3)));
      else built.ticks = built.ticks.filter(({ value }) => /^[125]/.test(value.toExponential(3)) && /^.[.]000/.test(value.toExponential(3)));
    };
  }
  if (isValue && spec.kind === 'line') scale.afterFit = (fitted) => { fitted.width = besideWidth(spec, fitted.chart.width); };
  return scale;
}

/** The same for charts that stand below each other, so that their time axes begin at one place. */
function besideWidth(spec, width) {
  const context = document.createElement('canvas').getContext('2d');
  context.font = chartFont(11, 600);
  const widest = Math.max(0, ...spec.beside.map((label) => context.measureText(label).width));
  return Math.round(Math.max(68, Math.min(widest + 20, width / 5)));
}

/** Room for what plug-ins write beside the plot: values right of the bars, names of guides, lanes of events. */
function paddingOf(spec) {
  const context = document.createElement('canvas').getContext('2d');
  context.font = chartFont(12, 500);
  const widest = (texts) => Math.max(0, ...texts.map((text) => context.measureText(text).width));
  const beside = spec.horizontal && !spec.stacked ? widest(spec.series.flatMap((series) => series.texts)) + 12 : 0;
  const guide = spec.guides.length > 0 ? 30 : 0;
  const above = spec.lanes.length > 0 ? spec.lanes.length * LANE + 18 : spec.kind === 'bar' && !spec.horizontal ? 18 : 6;
  return { top: above, right: Math.max(beside, guide, 12), bottom: 0, left: 0 };
}

function tooltipOf(spec) {
  const interval = (series, index) => {
    const [low, high] = [series.low[index], series.high[index]];
    if (low == null || high == null || low === high) return '';
    return ' [' + tooltipText(low, spec.value.format) + '\\u2013' + tooltipText(high, spec.value.format) + ']';
  };
  const label = ({ dataset: { series }, dataIndex, raw }) => {
    if (series.look === 'signs') return [' ' + series.texts[dataIndex]];
    const value = spec.kind === 'line' ? raw.y : Array.isArray(raw) ? raw[1] : raw;
    return value === null ? '' : ' ' + series.label + ': ' + tooltipText(value, spec.value.format) + interval(series, dataIndex);
  };
  const title = (items) => {
    const [item] = items;
    if (item === undefined || item.dataset.series.look === 'signs') return '';
    return spec.kind === 'bar' ? spec.categories[item.dataIndex].replace('\\n', ' ') : tooltipText(item.raw.x, 'number') + ' ' + (/\\(([^)]*)\\)/.exec(spec.base.title)?.[1] ?? 's');
  };
  const signs = spec.series.some((series) => series.look === 'signs');
  return { filter: ({ dataset: { series } }) => !signs || series.look === 'signs', callbacks: { label, title }, backgroundColor: themeColour('ink'), titleColor: themeColour('page'), bodyColor: themeColour('page'), padding: 10, boxPadding: 4, cornerRadius: 6 };
}

function draw(spec) {
  const canvas = document.getElementById('chart-' + spec.id);
  Chart.getChart(canvas)?.destroy();
  const [x, y] = spec.horizontal ? [scaleOf(spec, spec.value, true), scaleOf(spec, spec.base, false)] : [scaleOf(spec, spec.base, false), scaleOf(spec, spec.value, true)];
  if (spec.stacked) { x.stacked = true; y.stacked = true; }
  const bars = spec.series.filter((series) => series.look !== 'tick');
  const remember = { id: 'remember', beforeInit(chart) { chart.quorumlabSpec = spec; } };
  const sameX = spec.marks.length > 0 || spec.kind === 'bar';
  new Chart(canvas, {
    type: spec.kind,
    data: { labels: spec.categories, datasets: bars.map((series) => datasetOf(spec, series)) },
    plugins: [remember, faultLines, guides, errorBars, ticks, values, lanes],
    options: { animation: false, responsive: true, maintainAspectRatio: false, normalized: true,
      indexAxis: spec.horizontal ? 'y' : 'x', scales: { x, y }, layout: { padding: paddingOf(spec) },
      interaction: { mode: sameX ? 'index' : 'nearest', axis: spec.horizontal ? 'y' : 'x', intersect: false },
      plugins: { legend: { display: false }, tooltip: tooltipOf(spec) } },
  });
  canvas.dataset.drawn = 'true';
}

function drawAll() {
  Chart.defaults.font.family = 'system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif';
  report.drawn = 0;
  for (const spec of specs) {
    try {
      draw(spec);
      report.drawn += 1;
    } catch (error) {
      failed(spec.id + ': ' + error.message);
      document.getElementById('chart-' + spec.id).parentElement.textContent = 'This chart could not be drawn; the table below has its data.';
    }
  }
  if (report.errors.length === 0) document.documentElement.dataset.charts = 'drawn';
}

drawAll();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
/** On paper the page is light; canvases do not follow a style sheet, so they are drawn anew. */
function printing(on) {
  document.documentElement.classList.toggle('printing', on);
  drawAll();
}
addEventListener('beforeprint', () => printing(true));
addEventListener('afterprint', () => printing(false));

for (const button of document.querySelectorAll('button[data-copy]')) {
  button.addEventListener('click', () => {
    const code = button.previousElementSibling;
    const select = () => getSelection().selectAllChildren(code);
    const copied = () => { button.textContent = 'Copied'; };
    if (navigator.clipboard === undefined) select();
    else navigator.clipboard.writeText(code.textContent).then(copied, select);
  });
}
`;
