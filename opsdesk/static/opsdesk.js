// What every page needs of script: nothing here is needed to read or to save.
(() => {
  // The phone's navigation.
  document.addEventListener("click", (event) => {
    const toggle = event.target.closest("[data-toggles]");
    if (!toggle) return;
    const target = document.getElementById(toggle.dataset.toggles);
    const open = target.classList.toggle("is-open");
    toggle.setAttribute("aria-expanded", String(open));
  });

  // Menus made of <details> close when one clicks elsewhere or presses Escape.
  const closeMenus = (except) => {
    document.querySelectorAll("details.me[open]").forEach((menu) => {
      if (menu !== except) menu.removeAttribute("open");
    });
  };
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.me")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus(null);
  });

  // j / k walk the elements a page marks with data-step, unless one is typing.
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]");
  const step = (by) => (event) => {
    if (typing(event.target)) return;
    const steps = [...document.querySelectorAll("[data-step]")];
    if (!steps.length) return;
    const here = steps.indexOf(document.activeElement.closest("[data-step]"));
    const next = here < 0 ? (by > 0 ? 0 : steps.length - 1) : here + by;
    const target = steps[Math.max(0, Math.min(steps.length - 1, next))];
    target.focus();
    target.scrollIntoView({ block: "nearest" });
  };
  const search = (event) => {
    const box = document.getElementById("top-q");
    if (!box) return;
    event.preventDefault();
    box.focus();
  };
  const call = (event) => {
    if (typing(event.target) || !document.querySelector('.side a[href="/incidents"]')) return;
    window.location.assign("/incidents/new");
  };
  if (window.tinykeys) window.tinykeys.tinykeys(window, { j: step(1), k: step(-1), c: call, "$mod+k": search });

  // A form that asks for confirmation by a sentence: <form data-confirm="…">.
  document.addEventListener("submit", (event) => {
    const sentence = event.target.dataset.confirm;
    if (sentence && !window.confirm(sentence)) event.preventDefault();
  });
})();
