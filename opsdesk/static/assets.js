// An item's surroundings as a graph: what it stands on to one side, who suffers to the other.
(() => {
  const start = () => {
    const place = document.getElementById("relation-graph");
    if (!place || !window.echarts) return;
    const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const shapes = { device: "roundRect", software: "circle", component: "circle", database: "diamond", link: "triangle", task: "pin", document: "rect" };
    let chart = null;
    // columns by distance from the item: stands-on to the right, suffers to the left
    const columns = (data) => {
      const column = new Map([[data.here, 0]]);
      const walk = (from, to, step) => {
        let edge = [data.here];
        const seen = new Set(edge);
        for (let n = step; edge.length; n += step) {
          const next = [];
          for (const code of edge) for (const one of data.edges) {
            if (one[from] !== code || seen.has(one[to])) continue;
            seen.add(one[to]);
            next.push(one[to]);
            if (!column.has(one[to])) column.set(one[to], n);
          }
          edge = next;
        }
      };
      walk("from", "to", 1);
      walk("to", "from", -1);
      return column;
    };
    const places = (data) => {
      const column = columns(data);
      const rows = new Map();
      return data.nodes.map((node) => {
        const x = column.get(node.code) ?? 0;
        const row = rows.get(x) ?? 0;
        rows.set(x, row + 1);
        return { node, x, row };
      }).map((one) => ({ ...one, y: one.row - (rows.get(one.x) - 1) / 2 }));
    };
    const option = (data) => {
      const placed = places(data);
      const at = new Map(placed.map((one) => [one.node.code, one]));
      const xs = placed.map((one) => one.x), ys = placed.map((one) => one.y);
      const [left, right, top] = [Math.min(...xs), Math.max(...xs), Math.max(0.5, ...ys.map(Math.abs))];
      const room = Math.floor(place.clientWidth / (right - left + 1)) - 8;
      // what stays in a column, or skips one, bends around the items between
      const bend = (edge) => {
        const steps = Math.abs((at.get(edge.from)?.x ?? 0) - (at.get(edge.to)?.x ?? 0));
        return steps === 1 ? 0.05 : 0.3;
      };
      const words = data.edges.length < 25 && room > 100;
      return {
        animation: false,
        textStyle: { color: colour("--bs-body-color"), fontFamily: "inherit" },
        grid: { left: Math.max(room / 2, 40), right: Math.max(room / 2, 40), top: 40, bottom: 48 },
        xAxis: { show: false, type: "value", min: left, max: Math.max(right, left + 1) },
        yAxis: { show: false, type: "value", min: -top, max: top, inverse: true },
        tooltip: { renderMode: "richText", formatter: (one) => one.dataType === "edge" ? one.data.words : `${one.data.name}\n${one.data.code} · ${one.data.typeWord}` },
        series: [{
          type: "graph", coordinateSystem: "cartesian2d",
          edgeSymbol: ["none", "arrow"], edgeSymbolSize: 8,
          label: { show: true, position: "bottom", color: colour("--bs-body-color"), width: Math.max(room, 56), overflow: "truncate" },
          data: placed.map(({ node, x, y }) => ({
            id: node.code, name: node.name, code: node.code, typeWord: node.type_word, url: node.url, value: [x, y],
            symbol: shapes[node.type] ?? "circle", symbolSize: node.code === data.here ? 30 : 22,
            label: { formatter: () => node.name },
            itemStyle: { color: node.code === data.here ? colour("--bs-primary") : colour("--bs-secondary-bg"), borderColor: colour("--bs-secondary-color"), borderWidth: 1 },
          })),
          links: data.edges.map((edge) => ({
            source: edge.from, target: edge.to, words: edge.label,
            lineStyle: { color: colour("--bs-secondary-color"), width: 1.2, curveness: bend(edge) },
            label: { show: words, formatter: () => edge.label, fontSize: 11, color: colour("--bs-secondary-color") },
          })),
        }],
      };
    };
    const draw = (data) => {
      if (!data.edges.length) { place.hidden = true; return; }
      chart?.dispose();
      chart = window.echarts.init(place, null, { renderer: "svg" });
      chart.setOption(option(data));
      chart.on("click", (one) => { if (one.dataType === "node" && one.data.url) window.location.assign(one.data.url); });
    };
    fetch(place.dataset.graph).then(async (answer) => {
      if (!answer.ok) return;
      const data = await answer.json();
      draw(data);
      window.addEventListener("resize", () => draw(data));
      new MutationObserver(() => draw(data)).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
    });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
