// A server's trend: one reading over time, limits drawn as lines, gaps as gaps.
(() => {
  const DAY = 24 * 3600 * 1000;
  const start = () => {
    const form = document.querySelector("form[data-trend]");
    const place = document.getElementById("chart");
    if (!form || !place || !window.echarts) return;
    let chart = null;
    const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const draw = (data) => {
      chart?.dispose();
      chart = window.echarts.init(place, null, { renderer: "svg" });
      chart.setOption(option(data));
    };
    const limit = (data, level) => data[level] === null ? [] : [{
      yAxis: data[level],
      lineStyle: { color: colour(level === "critical" ? "--abnormal" : "--attention"), type: "dashed" },
      label: { formatter: `${place.dataset[level]} ${data[level]}`, position: "insideEndTop", color: colour(level === "critical" ? "--abnormal" : "--attention") },
    }];
    const withGaps = (points) => points.flatMap((point, index) => {
      const before = points[index - 1];
      const gap = before && new Date(point[0]) - new Date(before[0]) > 1.5 * DAY;
      return gap ? [[point[0], null], point] : [point];
    });
    const option = (data) => ({
      animation: false,
      textStyle: { color: colour("--bs-body-color"), fontFamily: "inherit" },
      grid: { left: 56, right: 24, top: 24, bottom: 32 },
      tooltip: { trigger: "axis" },
      xAxis: { type: "time", min: Date.now() - Number(form.elements.days.value) * DAY, max: Date.now() },
      yAxis: { type: "value", min: (range) => Math.min(0, range.min), splitLine: { lineStyle: { color: colour("--bs-border-color") } } },
      title: data.points.length ? undefined : { text: place.dataset.none, left: "center", top: "middle", textStyle: { color: colour("--bs-secondary-color"), fontSize: 14, fontWeight: "normal" } },
      series: [{
        type: "line", data: withGaps(data.points), connectNulls: false, symbolSize: 4,
        lineStyle: { width: 1.5, color: colour("--bs-primary") }, itemStyle: { color: colour("--bs-primary") },
        markLine: { silent: true, symbol: "none", data: [...limit(data, "warning"), ...limit(data, "critical")] },
      }],
    });
    const load = async () => {
      const query = new URLSearchParams(new FormData(form));
      const answer = await fetch(`${form.dataset.trend}?${query}`);
      if (answer.ok) draw(await answer.json());
    };
    form.addEventListener("change", load);
    form.addEventListener("submit", (event) => event.preventDefault());
    window.addEventListener("resize", () => chart?.resize());
    load();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
