// What the page of a run needs of script: its running clock, what is new every two
// seconds, files by paste and drop, and ticks that outlive a lost network. Without
// script every form here is a plain form.
(() => {
  const run = document.querySelector("[data-run]");
  if (!run) return;
  const words = JSON.parse(run.dataset.words);
  const QUEUE = `opsdesk-ticks:${run.dataset.run}:${run.dataset.me}`;
  const REFUSED = `opsdesk-refused:${run.dataset.run}:${run.dataset.me}`;
  const EVERY = 1800, PATIENCE = 15000, SILENCE = 10000;

  // The clock: the desk's, whatever this machine believes.
  const ahead = Date.parse(run.dataset.now) - Date.now();
  const two = (n) => String(n).padStart(2, "0");
  const span = (seconds) => `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const tickClocks = () => document.querySelectorAll("[data-since]").forEach((shown) => {
    const until = shown.dataset.until ? Date.parse(shown.dataset.until) : Date.now() + ahead;
    const seconds = Math.max(0, Math.floor((until - Date.parse(shown.dataset.since)) / 1000));
    shown.textContent = span(seconds);
    if (shown.dataset.limit) shown.classList.toggle("over", seconds > Number(shown.dataset.limit));
  });
  setInterval(tickClocks, 1000);

  // One line under the head says what the network is doing.
  const band = document.getElementById("run-band");
  const say = (sentence) => {
    if (!band || band.textContent === sentence) return;
    band.textContent = sentence;
    band.hidden = !sentence;
  };

  // Parts are swapped when the desk sends newer ones, but never under somebody's hands.
  const plain = (part) => part.outerHTML.replace(/name="csrf_token" value="[^"]*"/g, "");
  const shown = new Map([...document.querySelectorAll("[data-part]")].map((part) => [part.id, plain(part)]));
  const kept = new Map();
  const edited = (field) => {
    if (field.type === "hidden" || field.disabled) return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.type === "file") return field.files.length > 0;
    if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
    const first = Math.max(0, [...field.options].findIndex((one) => one.defaultSelected));
    return field.selectedIndex !== first;
  };
  const busy = (part) => {
    const here = document.activeElement;
    if (part.contains(here) && here.matches("input, textarea, select")) return true;
    return part.querySelector("form[data-busy]") !== null || [...part.querySelectorAll("input, textarea, select")].some(edited);
  };
  // A card that has become one's own takes its place in the list.
  const everything = document.querySelector("#ticks[data-all]") !== null;
  const join = (fresh) => {
    const later = [...document.querySelectorAll("#ticks > [data-position]")].find((one) => Number(one.dataset.position) > Number(fresh.dataset.position));
    shown.set(fresh.id, plain(fresh));
    document.querySelector("#ticks > .empty")?.remove();
    document.getElementById("ticks")?.insertBefore(fresh, later ?? null);
  };
  const swap = (fresh) => {
    const old = document.getElementById(fresh.id);
    if (!old && fresh.dataset.position !== undefined && (everything || fresh.dataset.mine !== undefined)) { join(fresh); return; }
    if (old?.children.length && fresh.dataset.once !== undefined) return;
    if (!old || shown.get(fresh.id) === plain(fresh)) { kept.delete(fresh.id); return; }
    if (busy(old)) {
      kept.set(fresh.id, fresh);
      old.classList.add("is-held");
      return;
    }
    const open = [...old.querySelectorAll("details[id][open]")].map((one) => one.id);
    const at = old.contains(document.activeElement) ? document.activeElement.id : "";
    shown.set(fresh.id, plain(fresh));
    kept.delete(fresh.id);
    fresh.querySelectorAll("[data-part]").forEach((part) => shown.set(part.id, plain(part)));
    old.replaceWith(fresh);
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    if (at) document.getElementById(at)?.focus({ preventScroll: true });
  };
  const take = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const head = page.querySelector("[data-after]");
    if (!head) return false;
    run.dataset.after = head.dataset.after;
    [...page.querySelectorAll("[data-part]")].filter((part) => !part.parentElement.closest("[data-part]"))
      .forEach((part) => swap(document.adoptNode(part)));
    tickClocks();
    showQueue();
    return true;
  };

  // News: asked one at a time; silence is told, and so is a session that ended.
  let heard = Date.now(), timer = 0, out = false, asking = false;
  const ask = async () => {
    if (asking) return;
    asking = true;
    clearTimeout(timer);
    try {
      const where = new URL(run.dataset.news, window.location.href);
      where.searchParams.set("after", run.dataset.after);
      const answer = await fetch(where, {
        headers: { "HX-Request": "true" }, redirect: "manual", signal: AbortSignal.timeout(PATIENCE),
      });
      out = answer.headers.has("HX-Redirect") || answer.type === "opaqueredirect";
      if (answer.ok && !out) {
        if (answer.status !== 204) take(await answer.text());
        heard = Date.now();
      }
    } catch { /* away: the band says so below */ }
    [...kept.values()].forEach(swap);
    if (out) say(words.out);
    else if (Date.now() - heard > SILENCE) say(words.away);
    else if (!read(QUEUE).length) say("");
    if (!out && Date.now() - heard < EVERY * 2 && read(QUEUE).length) flush();
    asking = false;
    timer = setTimeout(ask, EVERY);
  };

  // Sending: what became of it is one of done, refused (with the sentence), away, out.
  const post = async (address, body) => {
    let answer;
    try {
      answer = await fetch(address, {
        method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE * (body.get("file") ? 8 : 1)),
      });
    } catch { return { away: true }; }
    if (answer.type === "opaqueredirect") return { out: true };
    if (answer.ok) return { done: await answer.json() };
    if (answer.status >= 500) return { away: true };
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return { status: answer.status, refused: page.querySelector(".page-sentence")?.textContent ?? String(answer.status) };
  };
  const told = (form, sentence) => {
    let line = form.querySelector("[data-told]");
    if (!line) {
      line = document.createElement("p");
      line.dataset.told = "";
      line.setAttribute("role", "alert");
      form.append(line);
    }
    line.className = sentence ? "alert alert-danger" : "";
    line.textContent = sentence;
  };
  const reset = (form) => { form.reset(); told(form, ""); form.closest("details:not([data-stays])")?.removeAttribute("open"); };
  const send = async (form, submitter) => {
    const body = new FormData(form, submitter);
    form.dataset.busy = "";
    const result = await post(submitter?.getAttribute("formaction") ?? form.action, body);
    delete form.dataset.busy;
    if (result.done?.go) { window.location.assign(result.done.go); return; }
    if (result.done) { localStorage.removeItem(`opsdesk-draft:${form.dataset.draft}`); reset(form); }
    else if (form.matches(".press")) refuse(submitter?.textContent ?? "", result.refused ?? (result.out ? words.out : words.unsent));
    else told(form, result.refused ?? (result.out ? words.out : words.unsent));
    ask();
  };

  // Ticks: written down here first, sent in order, and crossed out when the desk has them.
  const read = (key) => JSON.parse(localStorage.getItem(key) || "[]");
  const write = (key, rows) => { if (rows.length) localStorage.setItem(key, JSON.stringify(rows)); else localStorage.removeItem(key); };
  const token = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
  const showQueue = () => {
    const queue = read(QUEUE);
    document.querySelectorAll(".is-waiting").forEach((one) => one.classList.remove("is-waiting"));
    queue.forEach((tick) => document.querySelectorAll(`[data-key="${tick.key}"]`).forEach((one) => one.classList.add("is-waiting")));
    document.querySelectorAll("[data-waiting]").forEach((one) => {
      one.textContent = queue.length ? words.waiting.replace("%n", queue.length) : "";
      one.hidden = !queue.length;
    });
    const list = document.getElementById("run-refused");
    if (!list) return;
    list.replaceChildren(...read(REFUSED).map((one) => {
      const line = document.createElement("li");
      const away = document.createElement("button");
      line.textContent = `${one.label}: ${one.sentence} `;
      away.type = "button";
      away.className = "btn btn-outline-secondary btn-sm";
      away.textContent = words.seen;
      away.addEventListener("click", () => { write(REFUSED, read(REFUSED).filter((row) => row.token !== one.token)); showQueue(); });
      line.append(away);
      if (one.text) line.append(...rescue(one));
      return line;
    }));
    list.hidden = !list.children.length;
  };
  // A bare button may be swapped away: what it was told is kept until it was seen, and
  // what was written with a tick that came second can be put into the record as a note.
  const refuse = (label, sentence, text = "") => {
    write(REFUSED, [...read(REFUSED), { token: token(), label, sentence, text }]);
    showQueue();
  };
  const rescue = (one) => {
    const text = document.createElement("q");
    const keep = document.createElement("button");
    text.textContent = one.text;
    keep.type = "button";
    keep.className = "btn btn-outline-secondary btn-sm";
    keep.textContent = words.keep;
    keep.addEventListener("click", () => {
      const note = document.getElementById("note");
      note.value = [note.value, `${one.label}: ${one.text}`].filter(Boolean).join("\n");
      write(REFUSED, read(REFUSED).filter((row) => row.token !== one.token));
      showQueue();
      note.focus();
    });
    return [" ", text, " ", keep];
  };
  const queueUp = (form, submitter) => {
    const fields = Object.fromEntries([...new FormData(form, submitter)].filter(([, value]) => typeof value === "string"));
    const tick = { token: token(), key: form.dataset.tick, label: form.dataset.label, address: form.action, fields, at: new Date(Date.now() + ahead).toISOString() };
    write(QUEUE, [...read(QUEUE), tick]);
    reset(form);
    showQueue();
    flush();
  };
  const fresh = async () => {
    const page = new DOMParser().parseFromString(await (await fetch(window.location.href)).text(), "text/html");
    return page.querySelector("meta[name=csrf-token]")?.content ?? "";
  };
  const sendTick = async (tick) => {
    const body = new FormData();
    Object.entries({ ...tick.fields, token: tick.token, pressed_at: tick.at }).forEach(([name, value]) => body.set(name, value));
    let result = await post(tick.address, body);
    if (result.status === 400) {
      try { body.set("csrf_token", await fresh()); } catch { return { away: true }; }
      result = await post(tick.address, body);
    }
    return result;
  };
  let flushing = false;
  const flush = async () => {
    if (flushing) return;
    flushing = true;
    for (let queue = read(QUEUE); queue.length; queue = read(QUEUE)) {
      const tick = queue[0];
      const result = await sendTick(tick);
      if (result.away || result.out) { say(result.out ? words.out : words.away); break; }
      write(QUEUE, read(QUEUE).filter((one) => one.token !== tick.token));
      if (result.refused) refuse(tick.label, result.refused, tick.fields.text);
      showQueue();
    }
    flushing = false;
    showQueue();
    ask();
  };
  window.addEventListener("online", () => { if (read(QUEUE).length) flush(); else ask(); });

  // Files: one by one, chosen, pasted or dropped; each says what became of it.
  const sendFiles = async (form, files) => {
    form.dataset.busy = "";
    let sound = true;
    for (const file of files) {
      const body = new FormData(form);
      body.set("file", file, file.name || "image.png");
      const result = await post(form.action, body);
      if (!result.done) { sound = false; told(form, `${file.name}: ${result.refused ?? words.unsent}`); break; }
    }
    delete form.dataset.busy;
    if (sound) form.reset();
    ask();
  };
  let touched = ""; // the step a hand was on last: what is pasted belongs to it
  const touch = (event) => { touched = event.target.closest?.("[data-key]")?.dataset.key ?? touched; };
  document.addEventListener("pointerdown", touch);
  document.addEventListener("focusin", touch);
  const evidence = (key) => document.querySelector(`[data-key="${key}"] form[data-evidence]`);
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    const form = (touched && evidence(touched)) || document.querySelector("#run-next form[data-evidence], .is-first form[data-evidence]");
    if (files.length && form) { event.preventDefault(); sendFiles(form, files); }
  });
  document.addEventListener("dragover", (event) => { if (event.target.closest?.("[data-key]")) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    const form = evidence(event.target.closest?.("[data-key]")?.dataset.key);
    if (form && event.dataTransfer.files.length) { event.preventDefault(); sendFiles(form, event.dataTransfer.files); }
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.dataset.busy !== undefined) { event.preventDefault(); return; }
    if (form.dataset.tick !== undefined) { event.preventDefault(); queueUp(form, event.submitter); }
    else if (form.dataset.evidence !== undefined) { event.preventDefault(); sendFiles(form, form.querySelector("[type=file]").files); }
    else if (form.dataset.send !== undefined) { event.preventDefault(); send(form, event.submitter); }
  });

  tickClocks();
  showQueue();
  if (read(QUEUE).length) flush();
  else timer = setTimeout(ask, EVERY);
})();
