// The wall's seconds: a clock, and what counts down; both by the desk's time, not this machine's.
// What the desk last said stays on the wall when it cannot be reached, and a band says since when.
(() => {
  const wall = document.getElementById("now");
  const SILENT = 40000; // two questions without an answer, and some more
  let ahead = 0, heard = Date.now(), lost = false, last = null;
  const two = (n) => String(n).padStart(2, "0");
  const local = new Intl.DateTimeFormat("en-GB", { timeZone: wall.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const read = () => {
    const head = wall.querySelector("[data-now]");
    if (!head || head === last) return; // a refusal swaps nothing, and says that it did
    last = head;
    heard = Date.now();
    ahead = Date.parse(head.dataset.now) - heard;
    lost = false;
  };
  const tick = () => {
    const now = Date.now() + ahead;
    wall.querySelectorAll("[data-clock]").forEach((one) => { one.textContent = local.format(now); });
    wall.querySelectorAll("[data-due]").forEach((one) => {
      const left = Math.round((Date.parse(one.dataset.due) - now) / 1000);
      const whole = Math.abs(left), hours = Math.floor(whole / 3600);
      one.textContent = `${left < 0 ? "−" : ""}${hours}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
      one.closest("li").classList.toggle("over", left < 0);
    });
    band();
  };
  const band = () => {
    let shown = document.getElementById("lost");
    if (!lost && Date.now() - heard < SILENT) { if (shown) shown.remove(); return; }
    if (shown) return;
    shown = document.createElement("p");
    shown.id = "lost";
    shown.className = "alert alert-danger";
    shown.setAttribute("role", "alert");
    shown.textContent = wall.dataset.lost.replace("{time}", local.format(heard + ahead));
    wall.before(shown);
  };
  const lose = () => { lost = true; tick(); };
  read();
  tick();
  setInterval(tick, 1000);
  document.addEventListener("htmx:after:swap", () => { read(); tick(); });
  document.addEventListener("htmx:response:error", lose);
  document.addEventListener("htmx:error", lose);
})();
