// Cells of a list that are changed where they stand. Without script there is the edit page.
(() => {
  const table = document.querySelector("table[data-cells]");
  const form = document.getElementById("cell-form");
  if (!table || !form) return;
  const kept = new Map(); // what stood in the cell that is open
  const address = (cell) => `${table.dataset.cells}/${cell.closest("tr").querySelector("[name=number]").value}/cells/${cell.dataset.cell}`;
  const part = (html) => {
    const rows = new DOMParser().parseFromString(`<table><tr>${html}</tr></table>`, "text/html");
    return rows.querySelector("td[data-cell]");
  };
  const pencil = (cell) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "pencil";
    button.textContent = "✎";
    button.setAttribute("aria-label", `${table.dataset.change} ${cell.closest("tr").querySelector("[name=number]").value}`);
    button.addEventListener("click", () => open(cell));
    cell.append(button);
  };
  const put = (old, html) => {
    const fresh = part(html);
    if (!fresh) { window.location.reload(); return null; } // signed out, or a page of trouble
    old.replaceWith(document.adoptNode(fresh));
    return fresh;
  };
  const close = () => {
    kept.forEach((was, cell) => cell.replaceWith(was));
    kept.clear();
  };
  const opened = (fresh, was) => {
    kept.set(fresh, was);
    fresh.querySelector("[data-cancel]")?.addEventListener("click", () => { close(); was.querySelector(".pencil")?.focus(); });
    fresh.querySelector("select, input:not([type=hidden])")?.focus();
  };
  const ask = async (url, options = {}) => {
    try {
      return await fetch(url, { ...options, headers: { "HX-Request": "true" } });
    } catch { return null; }
  };
  const open = async (cell) => {
    close();
    const answer = await ask(address(cell));
    if (!answer) return;
    const fresh = put(cell, await answer.text());
    if (fresh) opened(fresh, cell);
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [[cell, was]] = kept;
    const answer = await ask(address(cell), { method: "POST", body: new FormData(form) });
    if (!answer) return; // what was typed stays, and so does the button
    kept.clear();
    const fresh = put(cell, await answer.text());
    if (!fresh) return;
    if (answer.ok) { pencil(fresh); fresh.querySelector(".pencil").focus(); } else opened(fresh, was);
  });
  table.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  table.querySelectorAll("tr:not(.quiet) td[data-cell]").forEach(pencil);
})();
