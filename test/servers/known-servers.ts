/** A server of the registry, and what is known of it: facts that were observed, nothing more. */
export interface KnownServer {
  readonly slug: string;
  readonly server: string;
  readonly args?: readonly string[];
  /** Placeholders: they open nothing, but the server wants to see one. */
  readonly env?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** A file that it is shown, and the variable that says where. */
  readonly file?: { readonly variable: string; readonly content: string };
  readonly memoryMb?: number;
  /** Tools listed to a client without capabilities and without a network. */
  readonly tools: number;
  /** A call that changes nothing outside of the server's own folder, and a word of its answer. */
  readonly call?: { readonly name: string; readonly arguments: object; readonly answers: RegExp };
  /** The era that it is spoken to in; the legacy one unless told. */
  readonly era?: 'modern';
  /** It cannot run here without its package's install scripts. */
  readonly needsScripts?: string;
}

const placeholder = 'placeholder-0123456789abcdef';

const kubeconfig = `apiVersion: v1
kind: Config
current-context: test
clusters: [{ name: test, cluster: { server: 'https://127.0.0.1:6443' } }]
contexts: [{ name: test, context: { cluster: test, user: test } }]
users: [{ name: test, user: { token: placeholder } }]
`;

export const knownServers: readonly KnownServer[] = [
  {
    slug: 'playwright',
    server: '@playwright/mcp@0.0.83',
    args: ['--headless', '--isolated'],
    tools: 25,
  },
  { slug: 'git', server: '@cyanheads/git-mcp-server@2.15.3', tools: 28 },
  {
    slug: 'postgres',
    server: '@bytebase/dbhub@1.4.0',
    args: ['--transport', 'stdio', '--demo'],
    tools: 2,
    era: 'modern',
    call: { name: 'execute_sql', arguments: { sql: 'select 20 + 22 as x' }, answers: /42/ },
  },
  // Four more are listed where it finds a container engine.
  { slug: 'mongodb', server: 'mongodb-mcp-server@3.0.4', memoryMb: 1024, tools: 27, era: 'modern' },
  {
    slug: 'supabase',
    server: '@supabase/mcp-server-supabase@0.13.0',
    args: ['--features=account,database,debugging,development,functions,branching'],
    secrets: { SUPABASE_ACCESS_TOKEN: `sbp_${'0'.repeat(40)}` },
    tools: 28,
    era: 'modern',
  },
  { slug: 'context7', server: '@upstash/context7-mcp@4.1.1', tools: 2, era: 'modern' },
  {
    slug: 'perplexity',
    server: '@perplexity-ai/mcp-server@1.2.1',
    secrets: { PERPLEXITY_API_KEY: placeholder },
    tools: 4,
  },
  {
    slug: 'notion',
    server: '@notionhq/notion-mcp-server@2.5.2',
    secrets: { NOTION_TOKEN: placeholder },
    tools: 24,
  },
  {
    slug: 'sentry',
    server: '@sentry/mcp-server@0.39.0',
    secrets: { SENTRY_ACCESS_TOKEN: placeholder },
    tools: 9,
  },
  {
    slug: 'brave-search',
    server: '@brave/brave-search-mcp-server@2.1.4',
    secrets: { BRAVE_API_KEY: placeholder },
    tools: 8,
  },
  {
    slug: 'digitalocean',
    server: '@digitalocean/mcp@1.0.70',
    args: ['--services', 'apps,droplets'],
    secrets: { DIGITALOCEAN_API_TOKEN: placeholder },
    tools: 50,
  },
  {
    slug: 'everything',
    server: '@modelcontextprotocol/server-everything@2026.8.31',
    tools: 13,
    call: { name: 'get-sum', arguments: { a: 20, b: 22 }, answers: /42/ },
  },
  {
    slug: 'sequential-thinking',
    server: '@modelcontextprotocol/server-sequential-thinking@2026.8.31',
    tools: 1,
    call: {
      name: 'sequentialthinking',
      arguments: { thought: 'x', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 },
      answers: /thoughtNumber/,
    },
  },
  {
    slug: 'memory',
    server: '@modelcontextprotocol/server-memory@2026.8.31',
    env: { MEMORY_FILE_PATH: '/tmp/memory.jsonl' },
    tools: 9,
    call: { name: 'read_graph', arguments: {}, answers: /entities/ },
  },
  {
    slug: 'filesystem',
    server: '@modelcontextprotocol/server-filesystem@2026.8.31',
    args: ['/tmp'],
    tools: 14,
    call: { name: 'list_allowed_directories', arguments: {}, answers: /\/tmp/ },
  },
  {
    slug: 'chrome-devtools',
    server: 'chrome-devtools-mcp@1.11.0',
    args: ['--headless', '--no-usage-statistics'],
    tools: 32,
  },
  {
    slug: 'pdf',
    server: '@modelcontextprotocol/server-pdf@2.0.4',
    args: ['--stdio'],
    tools: 9,
  },
  {
    slug: 'azure',
    server: '@azure/mcp@2.0.5',
    args: ['server', 'start'],
    memoryMb: 1024,
    tools: 61,
  },
  {
    slug: 'azure-devops',
    server: '@azure-devops/mcp@2.10.0',
    args: ['contoso'],
    tools: 40,
    needsScripts: 'its key store is built when it is installed',
  },
  { slug: 'tavily', server: 'tavily-mcp@0.2.22', tools: 5 },
  { slug: 'firecrawl', server: 'firecrawl-mcp@3.26.0', tools: 27 },
  { slug: 'exa', server: 'exa-mcp-server@3.4.1', tools: 2 },
  {
    slug: 'gitlab',
    server: '@zereight/mcp-gitlab@2.1.64',
    secrets: { GITLAB_PERSONAL_ACCESS_TOKEN: placeholder },
    tools: 118,
  },
  {
    slug: 'desktop-commander',
    server: '@wonderwhy-er/desktop-commander@0.2.52',
    memoryMb: 1024,
    tools: 26,
    call: { name: 'list_directory', arguments: { path: '/tmp' }, answers: /./ },
  },
  {
    slug: 'datadog',
    server: '@winor30/mcp-server-datadog@1.8.0',
    secrets: { DATADOG_API_KEY: placeholder, DATADOG_APP_KEY: placeholder },
    memoryMb: 1024,
    tools: 21,
  },
  {
    slug: 'hubspot',
    server: '@hubspot/mcp-server@0.4.0',
    secrets: { PRIVATE_APP_ACCESS_TOKEN: placeholder },
    tools: 21,
  },
  {
    slug: 'elasticsearch',
    server: '@elastic/mcp-server-elasticsearch@0.3.1',
    env: { ES_URL: 'http://127.0.0.1:9200' },
    secrets: { ES_API_KEY: placeholder },
    tools: 4,
  },
  { slug: 'shopify-dev', server: '@shopify/dev-mcp@1.16.0', memoryMb: 1024, tools: 5 },
  { slug: 'netlify', server: '@netlify/mcp@1.15.1', tools: 9 },
  { slug: 'gcloud', server: '@google-cloud/gcloud-mcp@0.5.3', tools: 1 },
  { slug: 'eslint', server: '@eslint/mcp@0.3.13', tools: 1 },
  { slug: 'antv-chart', server: '@antv/mcp-server-chart@0.9.10', tools: 27 },
  {
    slug: 'kubernetes',
    server: 'kubernetes-mcp-server@0.0.67',
    args: ['--read-only'],
    file: { variable: 'KUBECONFIG', content: kubeconfig },
    tools: 14,
    era: 'modern',
  },
  {
    slug: 'sqlite',
    server: 'mcp-server-sqlite-npx@0.8.0',
    args: ['/tmp/test.db'],
    tools: 5,
    needsScripts: 'its database engine is built when it is installed',
  },
];
