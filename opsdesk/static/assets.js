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
    const option = (data) => ({
      animation: false,
      textStyle: { color: colour("--bs-body-color"), fontFamily: "inherit" },
      tooltip: { formatter: (one) => one.dataType === "edge" ? one.data.label.formatter : `${one.data.name}<br>${one.data.code} · ${one.data.typeWord}`, renderMode: "richText" },
      series: [{
        type: "graph", layout: "none", roam: true, left: 70, right: 70, top: 30, bottom: 40,
        edgeSymbol: ["none", "arrow"], edgeSymbolSize: 8,
        label: { show: true, position: "bottom", color: colour("--bs-body-color"), width: 110, overflow: "truncate" },
        lineStyle: { color: colour("--bs-secondary-color"), width: 1.2, curveness: 0.06 },
        data: places(data).map(({ node, x, y }) => ({
          id: node.code, name: node.name, code: node.code, typeWord: node.type_word, url: node.url,
          x: x * 200, y: y * 90, symbol: shapes[node.type] ?? "circle", symbolSize: node.code === data.here ? 30 : 22,
          itemStyle: { color: node.code === data.here ? colour("--bs-primary") : colour("--bs-secondary-bg"), borderColor: colour("--bs-secondary-color"), borderWidth: 1 },
        })),
        links: data.edges.map((edge) => ({ source: edge.from, target: edge.to, label: { show: data.edges.length < 25, formatter: edge.label, fontSize: 11, color: colour("--bs-secondary-color") } })),
      }],
    });
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
      window.addEventListener("resize", () => chart?.resize());
      new MutationObserver(() => draw(data)).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
    });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
