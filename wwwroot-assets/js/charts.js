// Two verbs for a line chart: create and append. uPlot draws; the server sends only points that are new.
const charts = new Map();
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const palette = () => [css("--bt-accent"), css("--bt-warm"), css("--bt-good"), css("--bt-muted")];

// Epochs and steps have no fractions.
const wholeNumbers = [1, 2, 5].flatMap(n => [n, n * 10, n * 100, n * 1e3, n * 1e4, n * 1e5]).sort((a, b) => a - b);

const showLatest = u => { if (u.cursor.idx == null && u.data[0].length) u.setLegend({ idx: u.data[0].length - 1 }, false); };

function options(chart) {
  const { element, spec } = chart;
  const colours = palette(), axis = { stroke: css("--bt-muted"), grid: { stroke: css("--bt-line"), width: 1 }, ticks: { stroke: css("--bt-line") }, font: "12px IBM Plex Sans" };
  const format = v => v == null ? "–" : spec.percent ? (v * 100).toFixed(1) + " %" : Math.abs(v) >= 1000 ? Math.round(v).toLocaleString("en") : v !== 0 && Math.abs(v) < 1e-3 ? v.toExponential(1) : Number(v.toPrecision(4)).toString();
  return {
    width: Math.max(200, element.clientWidth), height: 210, cursor: { drag: { x: true, y: false } },
    scales: { x: { time: false }, y: spec.percent ? { range: (u, min, max) => [Math.max(0, Math.min(min ?? 0, 0.9) - 0.05), 1] } : {} },
    axes: [{ ...axis, label: spec.xLabel, labelFont: "12px IBM Plex Sans", labelSize: 18, size: 36, incrs: wholeNumbers }, { ...axis, size: 58, values: (u, vs) => vs.map(spec.percent ? v => Number((v * 100).toFixed(1)) + " %" : format) }],
    // While nobody points at the chart, its legend tells the latest values.
    hooks: { setData: [showLatest], setLegend: [u => { if (u.legend.idx == null) showLatest(u); }] },
    series: [{ label: spec.xLabel }, ...spec.series.map((label, i) => ({ label, stroke: colours[i % colours.length], width: 2, dash: i % 2 ? [] : spec.series.length > 1 ? [6, 4] : [], spanGaps: true, points: { show: u => u.data[0].length === 1 }, value: (u, v) => format(v) }))],
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

export function dispose(element) {
  const chart = charts.get(element);
  if (!chart) return;
  chart.resize.disconnect();
  window.removeEventListener("bt-theme", chart.theme);
  chart.plot.destroy();
  charts.delete(element);
}
