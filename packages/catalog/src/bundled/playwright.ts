import type { LaunchHints } from '../launch-hints.ts';
import { serverJsonSchemaUrl, type ServerJson } from '../server-json.ts';

const launch: LaunchHints = {
  id: 'playwright',
  // The browser's own sandbox needs privileges that ours takes away.
  arguments: ['--headless', '--isolated', '--no-sandbox', '--executable-path', '/usr/bin/chromium'],
  env: {},
  network: { mode: 'open' },
  networkReason: 'Visits whichever web pages it is asked to.',
  // With one page open it has 10 processes and half a gigabyte of its own memory.
  limits: { memoryMb: 2048, cpus: 2, pids: 512 },
  requires: ['/usr/bin/chromium'],
};

export const playwright = {
  server: {
    $schema: serverJsonSchemaUrl,
    name: 'io.github.microsoft/playwright-mcp',
    title: 'Playwright',
    description: 'Drives a web browser: opens pages, clicks, types, and reads what is on them.',
    version: '0.0.83',
    repository: { url: 'https://github.com/microsoft/playwright-mcp', source: 'github' },
    packages: [
      {
        registryType: 'npm',
        identifier: '@playwright/mcp',
        version: '0.0.83',
        runtimeHint: 'npx',
        transport: { type: 'stdio' },
      },
    ],
  } satisfies ServerJson,
  launch,
};
