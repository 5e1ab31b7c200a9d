// Sends one file as the body of a request, with progress and a way to stop. Files never go through the circuit. Where folders are allowed,
// several files and folders are packed into one zip before.
import { collect, pack } from "./pack.js";

const uploads = new Map();
// What was dropped or chosen beside the field of the page: { name, size, files }.
const folders = new Map();

export function attach(element, target) {
  if (!element) return; // taken off the page meanwhile
  const input = element.querySelector("input[type=file]");
  const folderInput = element.querySelector(".bt-choose-folder input");
  const chosen = file => {
    if (!file) return;
    folders.delete(element);
    target.invokeMethodAsync("OnFileChosen", file.name, file.size);
  };
  const chosenFolder = files => {
    if (files.length === 0) return;
    const roots = new Set(files.map(f => f.name.split("/")[0]));
    const name = roots.size === 1 ? [...roots][0] : files[0].name.includes("/") ? [...roots].join(", ").slice(0, 60) : "images";
    const size = files.reduce((sum, f) => sum + f.file.size, 0);
    folders.set(element, { name, size, files });
    target.invokeMethodAsync("OnFileChosen", name, size);
  };
  const pickedFolder = () => chosenFolder([...folderInput.files].map(file => ({ name: file.webkitRelativePath, file })));
  input.addEventListener("change", () => chosen(input.files[0]));
  folderInput?.addEventListener("change", pickedFolder);
  // A quick hand chose before this script was there.
  chosen(input.files[0]);
  if (folderInput) pickedFolder();
  element.addEventListener("dragover", e => { e.preventDefault(); element.classList.add("over"); });
  element.addEventListener("dragleave", () => element.classList.remove("over"));
  element.addEventListener("drop", async e => {
    e.preventDefault();
    element.classList.remove("over");
    const dropped = e.dataTransfer.files;
    const entries = folderInput ? [...e.dataTransfer.items].map(i => i.webkitGetAsEntry?.()).filter(entry => entry) : [];
    if (entries.length > 1 || entries[0]?.isDirectory || (entries.length === 1 && !/\.zip$/i.test(dropped[0]?.name ?? "")))
      chosenFolder(await collect(entries));
    else if (dropped.length) { input.files = dropped; chosen(input.files[0]); }
  });
}

export async function send(element, url, target) {
  const done = (outcome, detail = "") => { uploads.delete(element); target.invokeMethodAsync("OnDone", outcome, detail); };
  const folder = folders.get(element);
  let body = element.querySelector("input[type=file]").files[0];
  if (folder) {
    const stop = new AbortController();
    uploads.set(element, stop);
    let told = 0;
    try {
      body = await pack(folder.files, (ready, total) => {
        if (ready < total && Date.now() - told < 250) return;
        told = Date.now();
        target.invokeMethodAsync("OnPacking", ready, total);
      }, stop.signal);
    } catch (e) {
      // A file that was changed or moved since cannot be read any more.
      return done(stop.signal.aborted ? "cancelled" : "unreadable");
    }
  }
  post(element, url, target, body, done);
}

function post(element, url, target, body, done) {
  const request = new XMLHttpRequest();
  uploads.set(element, request);
  let told = 0;
  request.upload.onprogress = e => {
    if (e.loaded < e.total && Date.now() - told < 250) return;
    told = Date.now();
    target.invokeMethodAsync("OnProgress", e.loaded, e.total);
  };
  request.onload = () => {
    if (request.status < 300) {
      folders.delete(element);
      return done("done");
    }
    let words = null;
    try { words = JSON.parse(request.responseText).detail; } catch { /* not every proxy answers in JSON */ }
    done(words ? "refused" : "failed", words ?? `${request.status}`);
  };
  request.onerror = () => done("cut");
  request.onabort = () => done("cancelled");
  request.open("POST", url);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.send(body);
}

export function cancel(element) {
  uploads.get(element)?.abort();
}

// Whoever leaves the page leaves the upload.
export function dispose(element) {
  cancel(element);
  folders.delete(element);
}
