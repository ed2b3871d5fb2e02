// ZIP files with one file in them, as bots are exported and imported.

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let i = 0; i < 8; i++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

/** @param {Uint8Array} bytes */
function crc32(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = crcTable[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** Little-endian numbers of two or four bytes. @param {[number, 2 | 4][]} numbers */
function packed(numbers) {
  const out = new DataView(new ArrayBuffer(numbers.reduce((n, [, size]) => n + size, 0)));
  let at = 0;
  for (const [value, size] of numbers) {
    if (size === 2) out.setUint16(at, value, true);
    else out.setUint32(at, value, true);
    at += size;
  }
  return new Uint8Array(out.buffer);
}

/**
 * A ZIP of one file, not compressed.
 * @param {string} name @param {Uint8Array} content
 */
export async function zipOf(name, content) {
  const file = new TextEncoder().encode(name);
  /** What the local header and the directory share. @type {[number, 2 | 4][]} */
  const about = [
    [20, 2],
    [0x0800, 2],
    [0, 2],
    [0, 2],
    [0x21, 2],
    [crc32(content), 4],
    [content.length, 4],
    [content.length, 4],
    [file.length, 2],
    [0, 2],
  ];
  const local = packed([[0x04034b50, 4], ...about]);
  const entry = packed([
    [0x02014b50, 4],
    [20, 2],
    ...about,
    [0, 2],
    [0, 2],
    [0, 2],
    [0, 4],
    [0, 4],
  ]);
  const start = local.length + file.length + content.length;
  const end = packed([
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [1, 2],
    [1, 2],
    [entry.length + file.length, 4],
    [start, 4],
    [0, 2],
  ]);
  const blob = new Blob([local, file, content, entry, file, end]);
  return new Uint8Array(await blob.arrayBuffer());
}

/** The first file of a ZIP, as its directory has it. @param {Uint8Array} zip */
export async function unzipFirst(zip) {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  let end = zip.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) throw new Error('this is no ZIP');
  const entry = view.getUint32(end + 16, true);
  const method = view.getUint16(entry + 10, true);
  const size = view.getUint32(entry + 20, true);
  const local = view.getUint32(entry + 42, true);
  const at = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const bytes = zip.slice(at, at + size);
  if (method === 0) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
