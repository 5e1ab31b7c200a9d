// Copies a text; whether it worked. Browsers offer the clipboard over TLS and on this machine only, so there is an older way beside it.
window.blazorTransferCopy = async text => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.setAttribute("readonly", "");
    field.className = "bt-spoken";
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  }
};
