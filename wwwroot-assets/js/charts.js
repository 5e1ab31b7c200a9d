// Verbs for a line chart: create, append and clear, and mark for a place on its x axis. uPlot draws; the server sends only points that
// are new.
const charts = new Map();
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const palette = () => [1, 2, 3, 4, 5, 6, 7, 8].map(n => css(`--bt-series-${n}`));

// Epochs and steps have no fractions.
const wholeNumbers = [1, 2, 5].flatMap(n => [n, n * 10, n * 100, n * 1e3, n * 1e4, n * 1e5]).sort((a, b) => a - b);

// On a logarithmic axis only powers of ten have room for a name.
const power = v => {
  if (v == null || Math.abs(Math.log10(v) - Math.round(Math.log10(v))) > 1e-6)
    return "";
  return v < 1e-3 ? v.toExponential(0) : String(Number(v.toPrecision(1)));
};

// Of each curve the last value that it has: one may end before the others.
const lastOf = values => values.findLastIndex(v => v != null);
const showLatest = u => { if (u.cursor.idx == null && u.data[0].length) u.setLegend({ idxs: u.data.map(lastOf) }, false); };

// A curve that explodes must not flatten the rest: the axis ends at a multiple of where the last curve began.
const cut = (u, times, low, high) => {
  const top = Math.min(high ?? 1, times * (u.data.at(-1).find(v => v != null) ?? high ?? 1)), room = 0.06 * (top - (low ?? 0)) || 0.1;
  return [(low ?? 0) - room, top + room];
};

// A mark is a line from bottom to top with its name, on the side that has room for it.
function drawMark(u, mark) {
  if (!mark) return;
  const { ctx, bbox } = u, scale = devicePixelRatio, x = Math.round(u.valToPos(mark.x, "x", true)), right = x < bbox.left + bbox.width * .8;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = css("--bt-good");
  ctx.lineWidth = 2 * scale;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.font = `600 ${12 * scale}px IBM Plex Sans`;
  ctx.textAlign = right ? "left" : "right";
  ctx.textBaseline = "bottom";
  ctx.fillText(mark.label, x + (right ? 6 : -6) * scale, bbox.top + bbox.height - 6 * scale);
  ctx.restore();
}

// As wide as the longest number; the first drawing has none yet.
const room = (u, numbers) => Math.max(58, 26 + 7 * Math.max(0, ...(numbers ?? []).map(n => n.length)));

function options(chart) {
  const { element, spec } = chart;
  const colours = palette(), font = "12px IBM Plex Sans", line = css("--bt-line");
  const labelled = { font, labelFont: font, labelSize: 18 };
  const axis = { stroke: css("--bt-muted"), grid: { stroke: line, width: 1 }, ticks: { stroke: line }, ...labelled };
  const format = v =>
    v == null ? "–"
    : spec.percent ? (v * 100).toFixed(1) + " %"
    : Math.abs(v) >= 1000 ? Math.round(v).toLocaleString("en")
    : v !== 0 && Math.abs(v) < 1e-3 ? v.toExponential(1)
    : Number(v.toPrecision(4)).toString();
  return {
    width: Math.max(200, element.clientWidth), height: 210, cursor: { drag: { x: true, y: false } },
    scales: {
      x: spec.logRange ? { time: false, distr: 3, range: () => spec.logRange } : { time: false },
      y: spec.percent ? { range: (u, min, max) => [Math.max(0, Math.min(min ?? 0, 0.9) - 0.05), 1] }
        : spec.cutAbove ? { range: (u, min, max) => cut(u, spec.cutAbove, min, max) }
        : {},
    },
    axes: [
      { ...axis, label: spec.xLabel, size: 36, ...(spec.logRange ? { values: (u, vs) => vs.map(power) } : { incrs: wholeNumbers }) },
      {
        ...axis,
        ...(spec.yLabel ? { label: spec.yLabel } : {}),
        size: room,
        values: (u, vs) => vs.map(spec.percent ? v => Number((v * 100).toFixed(1)) + " %" : format),
      },
    ],
    // While nobody points at the chart, its legend tells the latest values.
    hooks: { setData: [showLatest], setLegend: [u => { if (u.legend.idx == null) showLatest(u); }], draw: [u => drawMark(u, chart.mark)] },
    series: [
      { label: spec.xLabel, ...(spec.logRange ? { value: (u, v) => format(v) } : {}) },
      ...spec.series.map((label, i) => ({
        label,
        stroke: colours[i % colours.length],
        width: 2,
        dash: spec.equals || i % 2 || spec.series.length === 1 ? [] : [6, 4],
        spanGaps: true,
        points: { show: (u, s) => u.data[s].filter(v => v != null).length === 1 },
        value: (u, v) => format(v),
      })),
    ],
  };
}

function draw(chart) {
  chart.plot?.destroy();
  chart.plot = new uPlot(options(chart), chart.data, chart.element);
}

export function create(element, spec) {
  if (!element) return; // taken off the page meanwhile
  const chart = { element, spec, data: [[], ...spec.series.map(() => [])] };
  chart.resize = new ResizeObserver(() => chart.plot?.setSize({ width: Math.max(200, element.clientWidth), height: 210 }));
  chart.resize.observe(element);
  chart.theme = () => draw(chart);
  window.addEventListener("bt-theme", chart.theme);
  charts.set(element, chart);
  draw(chart);
}

// points: [x, y1, y2, …] with null where a series has no value; in order of x.
export function append(element, points) {
  const chart = charts.get(element);
  if (!chart) return;
  for (const point of points) {
    const last = chart.data[0].length - 1;
    if (last >= 0 && chart.data[0][last] === point[0]) point.forEach((v, i) => { if (v != null) chart.data[i][last] = v; });
    else point.forEach((v, i) => chart.data[i].push(v));
  }
  chart.plot.setData(chart.data);
}

// All points come again, fewer than before.
export function clear(element) {
  const chart = charts.get(element);
  if (chart) chart.data = chart.data.map(() => []);
}

// mark: { x, label }, or null for none.
export function mark(element, mark) {
  const chart = charts.get(element);
  if (!chart) return;
  chart.mark = mark;
  chart.plot.redraw();
}

export function dispose(element) {
  const chart = charts.get(element);
  if (!chart) return;
  chart.resize.disconnect();
  window.removeEventListener("bt-theme", chart.theme);
  chart.plot.destroy();
  charts.delete(element);
}
