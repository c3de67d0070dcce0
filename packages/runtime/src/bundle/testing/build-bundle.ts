import { buffer } from 'node:stream/consumers';

import { ZipFile } from 'yazl';

/** A file of a bundle; text, or bytes with a mode. */
type Content = string | Buffer | { readonly bytes: Buffer; readonly mode: number };

/** A whole manifest for a node server, with changes. */
export function buildManifest(changes: object = {}): Record<string, unknown> {
  return {
    manifest_version: '0.3',
    name: 'demo',
    version: '1.0.0',
    description: 'A demo',
    author: { name: 'Somebody' },
    server: {
      type: 'node',
      entry_point: 'server/index.js',
      mcp_config: { command: 'node', args: ['${__dirname}/server/index.js'], env: {} },
    },
    ...changes,
  };
}

/** A real zip file: a manifest, an entry point, and more. */
export async function buildBundle(
  manifest: object | string = buildManifest(),
  files: Readonly<Record<string, Content>> = {},
): Promise<Buffer> {
  const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
  return buildZip({ 'manifest.json': text, 'server/index.js': 'process.exit(0)', ...files });
}

export async function buildZip(files: Readonly<Record<string, Content>>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files)) {
    const plain = typeof content === 'string' || Buffer.isBuffer(content);
    const bytes = plain ? Buffer.from(content) : content.bytes;
    zip.addBuffer(bytes, name, { mode: plain ? 0o100644 : content.mode });
  }
  zip.end();
  return buffer(zip.outputStream);
}

/** Writes another name of the same length wherever a file's is: what no honest tool packs. */
export function renameInside(zip: Buffer, from: string, to: string): Buffer {
  if (Buffer.byteLength(from) !== Buffer.byteLength(to)) throw new Error('names of one length');
  return Buffer.from(
    zip.toString('latin1').replaceAll(from, Buffer.from(to).toString('latin1')),
    'latin1',
  );
}

/** Changes the entry of a file in the list at the zip's end; `offset` counts from its signature. */
export function patchEntry(zip: Buffer, name: string, offset: number, value: number): Buffer {
  const patched = Buffer.from(zip);
  for (
    let at = patched.indexOf('PK\u0001\u0002');
    at >= 0;
    at = patched.indexOf('PK\u0001\u0002', at + 4)
  ) {
    const length = patched.readUInt16LE(at + 28);
    if (patched.toString('utf8', at + 46, at + 46 + length) !== name) continue;
    patched.writeUInt16LE(value, at + offset);
    return patched;
  }
  throw new Error(`no ${name} in the zip`);
}
