// Packs files of the browser as one zip without compression: images are compressed already. The zip is a list of parts that point to the
// files, so that no file is held in memory (APPNOTE.TXT 6.3.10, with ZIP64 where there are many files or gigabytes).
const table = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

async function checksum(file) {
  let sum = 0xffffffff;
  const reader = file.stream().getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read())
    for (const byte of part.value) sum = table[(sum ^ byte) & 255] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

// [size in bytes, value] each; numbers of 8 bytes are below 2^53.
function record(...fields) {
  const bytes = new DataView(new ArrayBuffer(fields.reduce((sum, [size]) => sum + size, 0)));
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) bytes.setUint16(at, value, true);
    else if (size === 4) bytes.setUint32(at, value, true);
    else bytes.setBigUint64(at, BigInt(value), true);
    at += size;
  }
  return bytes.buffer;
}

/** files: [{ name, file }]; progress(done, total) in files. Stops with an AbortError where signal says so. */
export async function pack(files, progress, signal) {
  const most32 = 0xffffffff, most16 = 0xffff, utf8 = 0x800, firstDay = 0x21;
  const parts = [], directory = [];
  let offset = 0, directoryBytes = 0, done = 0;
  for (const { name, file } of files) {
    signal?.throwIfAborted();
    const text = new TextEncoder().encode(name), sum = await checksum(file);
    const common = [[2, utf8], [2, 0], [2, 0], [2, firstDay], [4, sum], [4, file.size], [4, file.size], [2, text.length]];
    parts.push(record([4, 0x04034b50], [2, 20], ...common, [2, 0]), text, file);
    const far = offset >= most32, extra = far ? record([2, 1], [2, 8], [8, offset]) : new ArrayBuffer(0);
    const entry = record([4, 0x02014b50], [2, 45], [2, far ? 45 : 20], ...common, [2, extra.byteLength], [2, 0], [2, 0], [2, 0], [4, 0],
      [4, far ? most32 : offset]);
    directory.push(entry, text, extra);
    directoryBytes += entry.byteLength + text.length + extra.byteLength;
    offset += 30 + text.length + file.size;
    progress(++done, files.length);
  }
  const end = [];
  if (files.length >= most16 || offset >= most32) {
    end.push(record([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, files.length], [8, files.length], [8, directoryBytes],
      [8, offset]));
    end.push(record([4, 0x07064b50], [4, 0], [8, offset + directoryBytes], [4, 1]));
  }
  const count = Math.min(files.length, most16);
  end.push(record([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, directoryBytes], [4, Math.min(offset, most32)], [2, 0]));
  return new Blob([...parts, ...directory, ...end], { type: "application/zip" });
}

/** All files of what was dropped, those of folders under their folders' names. */
export async function collect(entries) {
  const files = [];
  for (const entry of entries) {
    if (entry.isFile) {
      files.push({ name: entry.fullPath.replace(/^\/+/, ""), file: await new Promise((take, fail) => entry.file(take, fail)) });
    } else {
      const reader = entry.createReader();
      // A folder is listed in portions, the last of which is empty.
      for (let some = await list(reader); some.length > 0; some = await list(reader)) files.push(...(await collect(some)));
    }
  }
  return files;
}

const list = reader => new Promise((take, fail) => reader.readEntries(take, fail));
