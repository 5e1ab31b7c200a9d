// Verbs for a line chart: create, append and clear, mark for a place on its x axis, and those of its tools: zoom, smoothing, scale and
// downloads. uPlot draws; the server sends only points that are new.
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

// The mean of a value and those before it, which count less the farther they lie back. It starts at the first value, not at zero.
function smoothed(values, amount) {
  let sum = 0, weight = 0;
  return values.map(v => {
    if (v == null) return v;
    sum = amount * sum + (1 - amount) * v;
    weight = amount * weight + (1 - amount);
    return sum / weight;
  });
}

// What is drawn: the points themselves stay as they came. A logarithmic axis has no place for 0 and less.
const drawn = chart => chart.data.map((values, i) => {
  if (i === 0) return values;
  const smooth = chart.smoothing > 0 ? smoothed(values, chart.smoothing) : values;
  return chart.isLogarithmic ? smooth.map(v => v > 0 ? v : null) : smooth;
});

// The figure says whether its chart shows a part of the x axis only.
function noteZoom(chart, u) {
  const all = chart.spec.logRange ?? [u.data[0][0], u.data[0].at(-1)], { min, max } = u.scales.x;
  chart.zoom = all[0] < min || max < all[1] ? { min, max } : null;
  chart.element.closest("figure").classList.toggle("zoomed", chart.zoom != null);
}

// A logarithmic axis from one round number to another: whole powers of ten would make most curves flat.
function logRange(min, max) {
  if (min == null) return [1, 10];
  // A little aside, as 1e-4 is not quite ten times 1e-5.
  const unit = v => 10 ** Math.floor(Math.log10(v) + 1e-9);
  const low = Math.floor(min / unit(min) + 1e-9) * unit(min), top = Math.ceil(max / unit(max) - 1e-9) * unit(max);
  return [low, top > low ? top : low + unit(min)];
}

// Numbers that have room beside such an axis: all within a power of ten, then 1, 2 and 5, then 1 alone.
function logNumbers(u, numbers) {
  const decades = Math.log10(u.scales.y.max / u.scales.y.min), shown = decades <= 1 ? null : decades <= 3 ? [1, 2, 5] : [1];
  return numbers.map(v => !shown || shown.includes(Math.round(v / 10 ** Math.floor(Math.log10(v) + 1e-9))) ? v : null);
}

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

// As the server writes it in the language of the page.
const percentSign = document.documentElement.lang.startsWith("zh") ? "%" : " %";

function options(chart) {
  const { element, spec } = chart;
  const colours = palette(), font = "12px IBM Plex Sans", line = css("--bt-line");
  const labelled = { font, labelFont: font, labelSize: 18 };
  const axis = { stroke: css("--bt-muted"), grid: { stroke: line, width: 1 }, ticks: { stroke: line }, ...labelled };
  const format = v =>
    v == null ? "–"
    : spec.percent ? (v * 100).toFixed(1) + percentSign
    : Math.abs(v) >= 1000 ? Math.round(v).toLocaleString("en")
    : v !== 0 && Math.abs(v) < 1e-3 ? v.toExponential(1)
    : Number(v.toPrecision(4)).toString();
  return {
    width: Math.max(200, element.clientWidth), height: 210, cursor: { drag: { x: true, y: false } },
    scales: {
      x: spec.logRange ? { time: false, distr: 3, range: () => spec.logRange } : { time: false },
      y: spec.percent ? { range: (u, min, max) => [Math.max(0, Math.min(min ?? 0, 0.9) - 0.05), 1] }
        : chart.isLogarithmic ? { distr: 3, range: (u, min, max) => logRange(min, max) }
        : spec.cutAbove ? { range: (u, min, max) => cut(u, spec.cutAbove, min, max) }
        : {},
    },
    axes: [
      { ...axis, label: spec.xLabel, size: 36, ...(spec.logRange ? { values: (u, vs) => vs.map(power) } : { incrs: wholeNumbers }) },
      {
        ...axis,
        ...(spec.yLabel ? { label: spec.yLabel } : {}),
        size: room,
        ...(chart.isLogarithmic ? { filter: logNumbers } : {}),
        // On a logarithmic axis only some of the lines have room for a number.
        values: (u, vs) => vs.map(v => v == null ? "" : spec.percent ? Number((v * 100).toFixed(1)) + percentSign : format(v)),
      },
    ],
    // While nobody points at the chart, its legend tells the latest values.
    hooks: {
      setData: [showLatest],
      setLegend: [u => { if (u.legend.idx == null) showLatest(u); }],
      setScale: [(u, key) => { if (key === "x") noteZoom(chart, u); }],
      draw: [u => drawMark(u, chart.mark)],
    },
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
  const zoom = chart.zoom;
  chart.plot?.destroy();
  chart.plot = new uPlot(options(chart), drawn(chart), chart.element);
  if (zoom) chart.plot.setScale("x", zoom);
}

// Other points leave the part of the x axis that somebody chose.
function redraw(chart) {
  const zoom = chart.zoom;
  chart.plot.setData(drawn(chart), zoom == null);
  if (zoom) chart.plot.setScale("x", zoom);
}

export function create(element, spec) {
  if (!element) return; // taken off the page meanwhile
  const chart = { element, spec, data: [[], ...spec.series.map(() => [])], smoothing: 0, isLogarithmic: false, zoom: null };
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
  redraw(chart);
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

// The whole x axis again.
export function resetZoom(element) {
  const chart = charts.get(element);
  if (chart) chart.plot.setData(drawn(chart));
}

// amount: 0 for none, up to just below 1.
export function smooth(element, amount) {
  const chart = charts.get(element);
  if (!chart) return;
  chart.smoothing = amount;
  redraw(chart);
}

export function setLogScale(element, isLogarithmic) {
  const chart = charts.get(element);
  if (!chart) return;
  chart.isLogarithmic = isLogarithmic;
  draw(chart);
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name.replace(/[\\/:*?"<>|]+/g, "-");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// A name that begins like a formula would be one in a spreadsheet.
const cell = text => `"${(/^[=+\-@\t\r]/.test(text) ? "'" + text : text).replaceAll('"', '""')}"`;

// The points as they came, in full precision: neither smoothed nor cut. The mark at the beginning says that the text is UTF-8.
export function saveCsv(element, title) {
  const chart = charts.get(element);
  if (!chart) return;
  const head = [chart.spec.xLabel, ...chart.spec.series].map(cell).join(",");
  const rows = chart.data[0].map((_, row) => chart.data.map(values => values[row] ?? "").join(","));
  save(new Blob(["\ufeff" + [head, ...rows, ""].join("\r\n")], { type: "text/csv;charset=utf-8" }), `${title}.csv`);
}

// The chart as it is drawn, with its title and the names of its curves.
export function savePng(element, title) {
  const chart = charts.get(element);
  if (!chart) return;
  const plot = chart.plot.ctx.canvas, scale = devicePixelRatio, font = getComputedStyle(document.body).fontFamily, colours = palette();
  const canvas = document.createElement("canvas"), ctx = canvas.getContext("2d"), side = 12 * scale, line = 20 * scale;
  const names = `500 ${12 * scale}px ${font}`;
  ctx.font = names;
  // As many names in a line as fit.
  const places = [];
  let x = side, row = 0;
  for (const name of chart.spec.series) {
    const width = ctx.measureText(name).width + 34 * scale;
    if (x > side && x + width > plot.width + side) [x, row] = [side, row + 1];
    places.push({ name, x, row });
    x += width;
  }
  const top = side + 24 * scale;
  canvas.width = plot.width + 2 * side;
  canvas.height = top + plot.height + (row + 1) * line + side;
  ctx.fillStyle = css("--bt-surface");
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.fillStyle = css("--bt-text");
  ctx.font = `600 ${15 * scale}px ${font}`;
  ctx.textBaseline = "top";
  ctx.fillText(title, side, side);
  ctx.drawImage(plot, side, top);
  ctx.font = names;
  ctx.textBaseline = "middle";
  places.forEach((place, i) => {
    const y = top + plot.height + place.row * line + line / 2;
    ctx.fillStyle = colours[i % colours.length];
    ctx.fillRect(place.x, y - 1.5 * scale, 14 * scale, 3 * scale);
    ctx.fillStyle = css("--bt-text");
    ctx.fillText(place.name, place.x + 20 * scale, y);
  });
  canvas.toBlob(blob => save(blob, `${title}.png`));
}

export function dispose(element) {
  const chart = charts.get(element);
  if (!chart) return;
  chart.resize.disconnect();
  window.removeEventListener("bt-theme", chart.theme);
  chart.plot.destroy();
  charts.delete(element);
}
