// Charts (ui.chart): the numbers are in data-chart-data, the colours come from the page's own tokens.
import {
  BarController, BarElement, CategoryScale, Chart, Filler, Legend, LinearScale, LineController, LineElement,
  PointElement, Tooltip,
} from "chart.js";
import { color } from "chart.js/helpers";

import { all } from "./dom.js";

Chart.register(
  BarController, BarElement, CategoryScale, Filler, Legend, LinearScale, LineController, LineElement, PointElement,
  Tooltip,
);

const COLOURS = ["--link", "--success", "--warning", "--info"];
const drawn = [];

/** Returns the value of a token in this colour scheme. */
function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function paint(chart) {
  chart.data.datasets.forEach((set, index) => {
    const colour = token(COLOURS[index % COLOURS.length]);
    set.borderColor = colour;
    set.backgroundColor = chart.config.type === "bar" ? colour : color(colour).alpha(0.14).rgbString();
    set.pointBackgroundColor = colour;
  });
  const { scales, plugins } = chart.options;
  for (const scale of Object.values(scales)) {
    scale.ticks.color = token("--text-2");
    scale.grid.color = token("--border");
  }
  plugins.legend.labels.color = token("--text");
}

function settings(kind, { labels, series, unit }) {
  const format = new Intl.NumberFormat(document.documentElement.lang);
  const said = (value) => `${format.format(value)}${unit}`;
  const sideways = kind === "bar-sideways";
  const values = { beginAtZero: true, ticks: { precision: 0, maxTicksLimit: 6, callback: said }, grid: {} };
  const names = { ticks: { maxRotation: 0, autoSkip: !sideways, autoSkipPadding: 16 }, grid: { display: false } };
  return {
    type: sideways ? "bar" : kind,
    data: {
      labels,
      datasets: series.map(({ label, values: data }) => ({
        label, data, borderWidth: kind === "line" ? 2 : 0, borderRadius: 3, maxBarThickness: 28, fill: series.length === 1,
        cubicInterpolationMode: "monotone", spanGaps: true, pointRadius: data.length > 20 ? 0 : 3, pointHitRadius: 12,
      })),
    },
    options: {
      indexAxis: sideways ? "y" : "x",
      maintainAspectRatio: false,
      animation: false,
      interaction: { mode: "index", axis: sideways ? "y" : "x", intersect: false },
      scales: sideways ? { x: values, y: names } : { x: names, y: values },
      plugins: {
        legend: { display: series.length > 1, position: "bottom", labels: { boxWidth: 12, boxHeight: 12 } },
        tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${said(item.raw)}` } },
      },
    },
  };
}

function draw(figure) {
  const kind = figure.dataset.chart;
  const chart = new Chart(figure.querySelector("canvas"), settings(kind, JSON.parse(figure.dataset.chartData)));
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  paint(chart);
  chart.update();
  figure.dataset.chartDrawn = "";
  drawn.push(chart);
}

function repaint() {
  for (const chart of drawn) {
    paint(chart);
    chart.update();
  }
}

all("[data-chart]").forEach(draw);
new MutationObserver(repaint).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
