// What the screens of rounds need of script: drafts, stale data, the end of a round.
(() => {
  const KEEP = "opsdesk-draft:";

  // A half-written text survives leaving the page; it is dropped once it was sent.
  // Passwords and codes are never kept, nor what was not changed on the form.
  const KEPT = "textarea, select, input:not([type=hidden], [type=checkbox], [type=file], [type=password], [name=code], [name=username])";
  const read = (key) => JSON.parse(localStorage.getItem(key) || "{}");
  const put = (fields, kept, over) => fields.forEach((field) => {
    if (!(field.name in kept) || field.value === kept[field.name] || (field.value && !over)) return;
    field.value = kept[field.name];
    field.closest("details")?.setAttribute("open", "");
  });
  const drafts = () => document.querySelectorAll("form[data-draft]").forEach((form) => {
    const key = KEEP + form.dataset.draft;
    const fields = [...form.querySelectorAll(KEPT)];
    const began = new Map(fields.map((field) => [field, field.value]));
    const keep = () => {
      const kept = read(key);
      fields.forEach((field) => { if (field.name in kept || field.value !== began.get(field)) kept[field.name] = field.value; });
      localStorage.setItem(key, JSON.stringify(kept));
    };
    // A form of a known version holds what is saved; the draft of that very version is newer.
    put(fields, read(key), form.querySelector("[name=version]") !== null);
    form.addEventListener("input", keep);
    form.addEventListener("submit", () => sessionStorage.setItem(KEEP + "sent", key));
    if (form.dataset.older) offer(form, key, fields, keep);
  });

  // What was written while the record was at a former version is offered, not put in:
  // the fields it would overwrite were saved by somebody else since.
  const offer = (form, key, fields, keep) => {
    const head = key.replace(/\d+$/, "");
    const old = Object.keys(localStorage).filter((one) => one.startsWith(head) && one !== key && /^\d+$/.test(one.slice(head.length)));
    const kept = old.sort((a, b) => a.slice(head.length) - b.slice(head.length)).reduce((all, one) => ({ ...all, ...read(one) }), {});
    const drop = () => old.forEach((one) => localStorage.removeItem(one));
    if (!fields.some((field) => field.name in kept && field.value !== kept[field.name])) return drop();
    const band = document.createElement("p");
    band.className = "alert alert-warning draft-band";
    band.setAttribute("role", "status");
    band.append(`${form.dataset.older} `);
    const button = (text, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "btn btn-outline-secondary btn-sm";
      made.textContent = text;
      made.addEventListener("click", () => { act(); drop(); band.remove(); });
      band.append(made, " ");
    };
    button(form.dataset.take, () => { put(fields, kept, true); keep(); });
    button(form.dataset.drop, () => {});
    form.prepend(band);
    form.closest("details")?.setAttribute("open", "");
  };
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
