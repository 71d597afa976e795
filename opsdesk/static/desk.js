// What the registers' screens need of script: everything works without it as well.
(() => {
  // Similar records appear while a title is typed.
  const similar = document.querySelector("[data-similar]");
  const title = document.querySelector("form[data-draft] [name=title]");
  if (similar && title) {
    let timer = 0;
    title.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        if (title.value.trim().length < 2) return;
        const answer = await fetch(`${similar.dataset.similar}?title=${encodeURIComponent(title.value)}`, { headers: { "HX-Request": "true" } });
        if (answer.ok) similar.innerHTML = await answer.text(); // our own page's part, escaped there
      }, 300);
    });
  }

  // Files go up one by one, pasted, dropped or chosen; each says what became of it.
  const form = document.querySelector("form[data-files]");
  if (form && window.fetch) {
    const told = form.querySelector("[data-told]");
    const say = (text) => {
      const line = document.createElement("li");
      line.textContent = text;
      told.append(line);
    };
    const why = async (answer) => {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      return page.querySelector(".page-sentence, [data-refused]")?.textContent.trim() ?? `${form.dataset.lost} (${answer.status})`;
    };
    const send = async (file) => {
      if (file.size > Number(form.dataset.most)) { say(`✗ ${file.name}: ${form.dataset.tooLarge}`); return false; }
      const body = new FormData();
      body.append("csrf_token", form.querySelector("[name=csrf_token]").value);
      body.append("file", file, file.name || "image.png");
      try {
        const answer = await fetch(form.dataset.files, { method: "POST", body, headers: { Accept: "application/json" } });
        if (!answer.ok) { say(`✗ ${file.name}: ${await why(answer)}`); return false; }
        if (answer.redirected) { say(`✗ ${file.name}: ${form.dataset.away}`); return false; }
        for (const one of (await answer.json()).files) say(`✓ ${one.name} ${one.sha256.slice(0, 12)}`);
        return true;
      } catch {
        say(`✗ ${file.name}: ${form.dataset.lost}`);
        return false;
      }
    };
    const sendAll = async (files) => {
      let sound = true;
      for (const file of files) sound = (await send(file)) && sound;
      if (sound) window.location.reload();
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      sendAll(form.querySelector("[type=file]").files);
    });
    document.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length) { event.preventDefault(); sendAll(files); }
    });
    form.addEventListener("dragover", (event) => event.preventDefault());
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      sendAll(event.dataTransfer.files);
    });
  }
})();
