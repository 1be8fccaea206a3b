/**
 * Browser side, as text: what Chart.js does not draw by itself: error bars, the stroke of the offered load, values at the bars,
 * guide lines, and faults and events on the timeline. Each is a plug-in that reads the chart's spec.
 */
export const pluginsScript = `
const LANE = 18;
function valueScaleOf(chart, spec) { return spec.horizontal ? chart.scales.x : chart.scales.y; }
function baseScaleOf(chart, spec) { return spec.horizontal ? chart.scales.y : chart.scales.x; }
function strokeLine(context, x1, y1, x2, y2) {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

/** Runs draw(context, spec) between save and restore, at the named moment of drawing. */
function plugin(id, moment, draw) {
  return { id, [moment](chart) {
    const { ctx: context } = chart;
    context.save();
    draw(chart, context, chart.quorumlabSpec);
    context.restore();
  } };
}

const errorBars = plugin('errorBars', 'afterDatasetsDraw', (chart, context, spec) => {
  const scale = valueScaleOf(chart, spec);
  const along = (element, low, high, cap) => {
    const [a, b] = [scale.getPixelForValue(low), scale.getPixelForValue(high)];
    const draw = spec.horizontal
      ? (v1, c1, v2, c2) => strokeLine(context, v1, element.y + c1, v2, element.y + c2)
      : (v1, c1, v2, c2) => strokeLine(context, element.x + c1, v1, element.x + c2, v2);
    for (const [colour, width] of [[themeColour('page'), 4], [themeColour('ink'), 1.5]]) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      draw(a, 0, b, 0);
      draw(a, -cap, a, cap);
      draw(b, -cap, b, cap);
    }
  };
  eachBar(chart, (element, series, index) => {
    const [low, high] = [series.low[index], series.high[index]];
    if (low == null || high == null || low === high) return;
    const thickness = spec.horizontal ? element.height : element.width;
    along(element, low, high, Math.min(5, thickness / 4));
  });
});

function eachBar(chart, visit) {
  if (chart.quorumlabSpec.kind !== 'bar') return;
  chart.data.datasets.forEach((dataset, number) => {
    const meta = chart.getDatasetMeta(number);
    if (meta.hidden) return;
    meta.data.forEach((element, index) => {
      if (dataset.series.values[index] != null) visit(element, dataset.series, index);
    });
  });
}

/** A stroke across the bars of a category: what was offered. */
const ticks = plugin('ticks', 'afterDatasetsDraw', (chart, context, spec) => {
  const [scale, base] = [valueScaleOf(chart, spec), baseScaleOf(chart, spec)];
  for (const series of spec.series.filter((one) => one.look === 'tick')) {
    series.values.forEach((value, index) => {
      if (value === null) return;
      const half = (base.height / spec.categories.length) * 0.44;
      const [x, y] = [scale.getPixelForValue(value), base.getPixelForValue(index)];
      context.strokeStyle = themeColour('page');
      context.lineWidth = 6;
      strokeLine(context, x, y - half, x, y + half);
      context.strokeStyle = themeColour(series.colour);
      context.lineWidth = 2.5;
      strokeLine(context, x, y - half, x, y + half);
    });
  }
});

const values = plugin('values', 'afterDatasetsDraw', (chart, context, spec) => {
  const scale = valueScaleOf(chart, spec);
  const tick = spec.series.find((series) => series.look === 'tick');
  context.font = chartFont(12, 500);
  context.textBaseline = 'middle';
  eachBar(chart, (element, series, index) => {
    const text = series.texts[index];
    if (!text) return;
    if (spec.stacked) {
      const start = element.base;
      if (Math.abs(element.x - start) < context.measureText(text).width + 10) return;
      context.textAlign = 'center';
      context.fillStyle = inkOn(themeColour(series.colour));
      context.fillText(text, (start + element.x) / 2, element.y + 1);
      return;
    }
    context.fillStyle = themeColour('ink');
    if (!spec.horizontal) {
      context.textAlign = 'center';
      context.fillText(text, element.x, element.y - 9);
      return;
    }
    const ends = [series.values[index], series.from?.[index] ?? 0, series.high[index] ?? 0, tick?.values[index] ?? 0];
    context.textAlign = 'left';
    context.fillText(text, scale.getPixelForValue(Math.max(...ends)) + 9, element.y + 1);
  });
});

const guides = plugin('guides', 'beforeDatasetsDraw', (chart, context, spec) => {
  const { left, right } = chart.chartArea;
  context.font = chartFont(11, 400);
  context.strokeStyle = themeColour('ink-soft');
  context.fillStyle = themeColour('ink-soft');
  context.setLineDash([3, 3]);
  for (const guide of spec.guides) {
    const y = chart.scales.y.getPixelForValue(guide.at);
    context.lineWidth = 1;
    strokeLine(context, left, y, right, y);
    context.textBaseline = 'middle';
    context.fillText(guide.label, right + 6, y);
  }
});

const faultLines = plugin('faultLines', 'beforeDatasetsDraw', (chart, context, spec) => {
  const { top, bottom } = chart.chartArea;
  for (const mark of spec.marks) {
    if (mark.kind !== 'fault') continue;
    const x = chart.scales.x.getPixelForValue(mark.at);
    context.strokeStyle = themeColour('bad');
    context.lineWidth = 1.25;
    context.setLineDash([5, 3]);
    strokeLine(context, x, top, x, bottom);
  }
});

/** Signs that would overlap move to the right; a hair line keeps the true instant. What leaves the plot is only in the table. */
const lanes = plugin('lanes', 'afterDatasetsDraw', (chart, context, spec) => {
  const { left, right, top } = chart.chartArea;
  spec.lanes.forEach((lane, number) => {
    const y = top - 22 - (spec.lanes.length - 1 - number) * LANE;
    context.strokeStyle = themeColour('grid');
    context.lineWidth = 1;
    strokeLine(context, left, y, right, y);
    context.font = chartFont(11, 600);
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    context.fillStyle = themeColour(lane.colour);
    context.fillText(shorten(context, lane.label, left - 12), left - 8, y + 1);
    let free = -Infinity;
    const marks = spec.marks.filter((one) => one.lane === number).sort((a, b) => Math.sign(a.number) - Math.sign(b.number) || a.at - b.at);
    for (const mark of marks) {
      const exact = chart.scales.x.getPixelForValue(mark.at);
      if (mark.number === 0) { sign(context, mark, lane.colour, exact, y, 2.5); continue; }
      const x = Math.max(exact, free + 15);
      if (x > right + 8) continue;
      if (x !== exact) strokeLine(context, exact, y - 6, exact, y + 6);
      sign(context, mark, lane.colour, x, y, 7.5);
      free = x;
    }
  });
});

function sign(context, mark, colour, x, y, size) {
  const fill = themeColour(mark.kind === 'fault' ? 'bad' : colour);
  context.fillStyle = fill;
  context.beginPath();
  if (mark.kind === 'fault') context.roundRect(x - size, y - size, 2 * size, 2 * size, Math.min(3, size / 2));
  else context.arc(x, y, size, 0, 2 * Math.PI);
  context.fill();
  if (mark.number === 0) return;
  context.font = chartFont(mark.number > 9 ? 8.5 : 10, 700);
  context.textAlign = 'center';
  context.fillStyle = inkOn(fill);
  context.fillText(String(mark.number), x, y + 0.5);
}

function shorten(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  let kept = text;
  while (kept.length > 1 && context.measureText(kept + '\\u2026').width > width) kept = kept.slice(0, -1);
  return kept + '\\u2026';
}
`;
