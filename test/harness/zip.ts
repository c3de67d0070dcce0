import { buffer } from 'node:stream/consumers';

import { ZipFile } from 'yazl';

/** Packs files as a bundle is packed. */
export async function zip(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const archive = new ZipFile();
  for (const [name, content] of Object.entries(files)) {
    archive.addBuffer(Buffer.from(content), name, { mode: 0o100644 });
  }
  archive.end();
  return buffer(archive.outputStream);
}
