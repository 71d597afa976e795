// What the screens of rounds need of script: drafts, stale data, the end of a round.
(() => {
  const KEEP = "opsdesk-draft:";

  // A half-written text survives leaving the page; it is dropped once it was sent.
  const drafts = () => document.querySelectorAll("form[data-draft]").forEach((form) => {
    const key = KEEP + form.dataset.draft;
    const fields = form.querySelectorAll("textarea, select, input:not([type=hidden]):not([type=checkbox]):not([type=file]):not([type=password])");
    const kept = JSON.parse(localStorage.getItem(key) || "{}");
    // A form of a known version holds what is saved; the draft of that very version is newer.
    const newer = form.querySelector("[name=version]") !== null;
    fields.forEach((field) => { if (kept[field.name] && (newer || !field.value)) field.value = kept[field.name]; });
    form.addEventListener("input", () => {
      const values = Object.fromEntries([...fields].filter((f) => f.value).map((f) => [f.name, f.value]));
      localStorage.setItem(key, JSON.stringify(values));
    });
    form.addEventListener("submit", () => sessionStorage.setItem(KEEP + "sent", key));
  });
  const dropSent = () => {
    const key = sessionStorage.getItem(KEEP + "sent");
    if (!key) return;
    sessionStorage.removeItem(KEEP + "sent");
    // Refused, failed or signed out: it was not saved, so the text stays.
    if (!document.querySelector(".error-page, [data-refused], form[action^='/sign-in']")) localStorage.removeItem(key);
  };

  // A board that has not heard from the desk says so.
  let heard = Date.now();
  document.addEventListener("htmx:after:swap", () => { heard = Date.now(); reloadWhenOver(); });
  document.addEventListener("htmx:afterSwap", () => { heard = Date.now(); reloadWhenOver(); });
  const watch = () => {
    const live = document.querySelector("[data-stale-after]");
    if (!live) return;
    const stale = Date.now() - heard > 1000 * Number(live.dataset.staleAfter);
    let band = document.getElementById("stale");
    if (stale && !band) {
      band = document.createElement("p");
      band.id = "stale";
      band.className = "alert alert-warning";
      band.setAttribute("role", "alert");
      band.textContent = live.dataset.staleText;
      live.before(band);
    }
    if (!stale && band) band.remove();
  };
  setInterval(watch, 5000);

  // When a running round ends, the whole page shows what may be done next.
  const reloadWhenOver = () => {
    if (document.querySelector("#matrix[data-reload]")) window.location.reload();
  };

  // A row that is open closes when its link is pressed again.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-opens]");
    if (!link || event.ctrlKey || event.metaKey) return;
    const place = document.getElementById(link.dataset.opens);
    const open = link.getAttribute("aria-expanded") === "true";
    link.setAttribute("aria-expanded", String(!open));
    if (!open) return;
    event.preventDefault();
    event.stopPropagation();
    place.replaceChildren();
  }, true);

  // Enter on what j and k walk opens its first link.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-step]")) event.target.querySelector("a")?.click();
  });

  const start = () => { dropSent(); drafts(); };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
