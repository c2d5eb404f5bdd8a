// Comfort only: every page works without this file.

// A running import: ask for its state and show it; reload once it has ended.
const running = document.querySelector("[data-progress]");
if (running instanceof HTMLElement) {
  const bar = running.querySelector("progress");
  const words = running.querySelector("[data-words]");
  const ask = async () => {
    const answer = await fetch(running.dataset.progress, { headers: { accept: "application/json" } });
    if (!answer.ok) {
      location.reload();
      return;
    }
    const state = await answer.json();
    if (state.is_done) {
      location.reload();
      return;
    }
    if (bar && state.of > 0) {
      bar.max = state.of;
      bar.value = state.done;
    }
    if (words) words.textContent = state.words;
    setTimeout(ask, 400);
  };
  setTimeout(ask, 400);
}

// "All" above a column of checkboxes, and the count of what is ticked.
for (const all of document.querySelectorAll("input[data-all]")) {
  const boxes = [...document.querySelectorAll(`input[type=checkbox][name="${all.dataset.all}"]`)];
  const count = document.querySelector(`[data-count="${all.dataset.all}"]`);
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length && ticked > 0;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
    if (count) count.textContent = String(ticked);
  };
  all.closest("[hidden]")?.removeAttribute("hidden");
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  for (const box of boxes) box.addEventListener("change", show);
  show();
}

// A form is sent once.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Print where a button asks for it.
for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
