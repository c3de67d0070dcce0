import { gzipSync } from 'node:zlib';

import type { Plugin } from 'vite';

/** What a first visit may load of JavaScript, gzipped. */
const budgetBytes = 250 * 1024;

/** Fails a build whose first load, the entry with all that it imports at once, is over its budget. */
export function checkBudget(): Plugin {
  return {
    name: 'plugboard-budget',
    apply: 'build',
    generateBundle(_options, bundle) {
      const first = new Set<string>();
      const visit = (fileName: string): void => {
        const file = bundle[fileName];
        if (first.has(fileName) || file?.type !== 'chunk') return;
        first.add(fileName);
        file.imports.forEach(visit);
      };
      for (const [fileName, file] of Object.entries(bundle)) {
        // The page of `/` comes with the entry on a first visit.
        const isFirst = file.type === 'chunk' && (file.isEntry || file.name === 'HomePage');
        if (isFirst) visit(fileName);
      }
      let bytes = 0;
      for (const fileName of first) {
        const file = bundle[fileName];
        if (file?.type === 'chunk') bytes += gzipSync(file.code).length;
      }
      const kilobytes = Math.round(bytes / 1024);
      this.info(`first load: ${kilobytes} KB of JavaScript, gzipped, in ${first.size} files`);
      if (bytes > budgetBytes) {
        this.error(
          `the first load is ${kilobytes} KB; at most ${budgetBytes / 1024} KB. Load what is new in it with a page.`,
        );
      }
    },
  };
}
