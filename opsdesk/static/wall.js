// The wall's seconds: a clock, and what counts down; both by the desk's time, not this machine's.
(() => {
  let ahead = 0;
  const two = (n) => String(n).padStart(2, "0");
  const read = () => {
    const head = document.querySelector("[data-now]");
    if (head) ahead = Date.parse(head.dataset.now) - Date.now();
  };
  const tick = () => {
    const now = Date.now() + ahead;
    document.querySelectorAll("[data-due]").forEach((one) => {
      const left = Math.round((Date.parse(one.dataset.due) - now) / 1000);
      const whole = Math.abs(left), hours = Math.floor(whole / 3600);
      one.textContent = `${left < 0 ? "−" : ""}${hours}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
      one.closest("li").classList.toggle("over", left < 0);
    });
  };
  read();
  tick();
  setInterval(tick, 1000);
  for (const name of ["htmx:after:swap", "htmx:afterSwap"]) document.addEventListener(name, () => { read(); tick(); });
})();
