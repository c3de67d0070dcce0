import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

import type { Plugin } from 'vite';

const compressible = /\.(?:js|css|html|svg|json)$/;

/** Writes each text of the build compressed beside it, so that serving compresses nothing. */
export function compressAssets(): Plugin {
  return {
    name: 'plugboard-compress',
    apply: 'build',
    // What was written: until then Vite still puts names of files into them.
    async writeBundle({ dir = '' }, bundle) {
      const names = Object.keys(bundle).filter((name) => compressible.test(name));
      for (const name of names) {
        const file = join(dir, name);
        const text = await readFile(file);
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: 9,
          [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
        };
        await writeFile(`${file}.br`, await promisify(brotliCompress)(text, { params }));
        await writeFile(`${file}.gz`, await promisify(gzip)(text, { level: 9 }));
      }
    },
  };
}
