import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

import { checkBudget } from './build/budget.ts';
import { compressAssets } from './build/compress.ts';
import { contractRoutes } from './build/contract-routes.ts';

/** Where a Plugboard runs while the console is developed with `npm run console`. */
const server = process.env['PLUGBOARD_URL'] ?? 'http://127.0.0.1:4477';
/** What is not the console's: pages, API and endpoints of the server. */
const servers =
  '^/(?:api|app-frame|icons|sign-in|sign-out|account|invitation|owner-link|connect/|pages|auth)';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [contractRoutes(), react(), tailwind(), compressAssets(), checkBudget()],
  build: {
    outDir: process.env['PLUGBOARD_CONSOLE_OUT'] ?? 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // Data URLs would need the content security policy opened; files are cached for ever anyway.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { [servers]: { target: server, changeOrigin: true } } },
});
