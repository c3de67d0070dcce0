import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

import type { Plugin } from 'vite';

const compressible = /\.(?:js|css|html|svg|json)$/;

/** Writes each text of the build compressed beside it, so that serving compresses nothing. */
export function compressAssets(): Plugin {
  return {
    name: 'plugboard-compress',
    apply: 'build',
    enforce: 'post',
    async generateBundle(_options, bundle) {
      for (const [fileName, file] of Object.entries(bundle)) {
        if (!compressible.test(fileName)) continue;
        const text = Buffer.from(file.type === 'chunk' ? file.code : file.source);
        const source = await promisify(brotliCompress)(text, {
          params: {
            [constants.BROTLI_PARAM_QUALITY]: 9,
            [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
          },
        });
        this.emitFile({ type: 'asset', fileName: `${fileName}.br`, source });
        const zipped = await promisify(gzip)(text, { level: 9 });
        this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: zipped });
      }
    },
  };
}
