// Sends one file as the body of a request, with progress and a way to stop. Files never go through the circuit.
const uploads = new Map();

export function attach(element, target) {
  if (!element) return; // taken off the page meanwhile
  const input = element.querySelector("input[type=file]");
  const chosen = file => file && target.invokeMethodAsync("OnFileChosen", file.name, file.size);
  input.addEventListener("change", () => chosen(input.files[0]));
  chosen(input.files[0]); // a quick hand chose before this script was there
  element.addEventListener("dragover", e => { e.preventDefault(); element.classList.add("over"); });
  element.addEventListener("dragleave", () => element.classList.remove("over"));
  element.addEventListener("drop", e => {
    e.preventDefault();
    element.classList.remove("over");
    if (e.dataTransfer.files.length) { input.files = e.dataTransfer.files; chosen(input.files[0]); }
  });
}

export function send(element, url, target) {
  const file = element.querySelector("input[type=file]").files[0];
  const request = new XMLHttpRequest();
  uploads.set(element, request);
  let told = 0;
  request.upload.onprogress = e => {
    if (e.loaded < e.total && Date.now() - told < 250) return;
    told = Date.now();
    target.invokeMethodAsync("OnProgress", e.loaded, e.total);
  };
  const done = (outcome, detail = "") => { uploads.delete(element); target.invokeMethodAsync("OnDone", outcome, detail); };
  request.onload = () => {
    if (request.status < 300) return done("done");
    let words = null;
    try { words = JSON.parse(request.responseText).detail; } catch { /* not every proxy answers in JSON */ }
    done(words ? "refused" : "failed", words ?? `${request.status}`);
  };
  request.onerror = () => done("cut");
  request.onabort = () => done("cancelled");
  request.open("POST", url);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.send(file);
}

export function cancel(element) {
  uploads.get(element)?.abort();
}

// Whoever leaves the page leaves the upload.
export function dispose(element) {
  cancel(element);
}
