import { credentialExamples } from '../harness/credential-examples.ts';

/** What trying a bundled server takes beyond what its entry says. */
export interface Trial {
  /** Configuration, by key. */
  readonly values?: Readonly<Record<string, string | boolean>>;
  /** Placeholders besides those for what is required: they open nothing, but it wants to see one. */
  readonly secrets?: readonly string[];
  /** A file that it is shown, and the key that says where. */
  readonly file?: { readonly key: string; readonly content: string };
  /** A call that changes nothing outside of the server's own folder, and a word of its answer. */
  readonly call?: { readonly name: string; readonly arguments: object; readonly answers: RegExp };
  /** Why it cannot be tried where packages may not run install scripts. */
  readonly needsScripts?: string;
}

const kubeconfig = `apiVersion: v1
kind: Config
current-context: test
clusters: [{ name: test, cluster: { server: 'https://127.0.0.1:6443' } }]
contexts: [{ name: test, context: { cluster: test, user: test } }]
users: [{ name: test, user: { token: placeholder } }]
`;

/** By id of the entry. One that is absent is installed and listed as its entry has it. */
export const trials: Readonly<Record<string, Trial>> = {
  'azure-devops': {
    values: { organization: 'contoso' },
    needsScripts: 'its key store is built when it is installed',
  },
  'desktop-commander': {
    call: { name: 'list_directory', arguments: { path: '/tmp' }, answers: /./ },
  },
  // Without a database server, SQLite's own in memory.
  dbhub: {
    values: { demo: true },
    call: { name: 'execute_sql', arguments: { sql: 'select 20 + 22 as x' }, answers: /42/ },
  },
  elasticsearch: { values: { ES_URL: 'http://127.0.0.1:9200' }, secrets: ['ES_API_KEY'] },
  eslint: {
    call: { name: 'lint-files', arguments: { filePaths: ['/tmp/absent.js'] }, answers: /./ },
  },
  everything: { call: { name: 'get-sum', arguments: { a: 20, b: 22 }, answers: /42/ } },
  filesystem: {
    call: { name: 'list_allowed_directories', arguments: {}, answers: /work/ },
  },
  git: { call: { name: 'git_status', arguments: { path: '.' }, answers: /./ } },
  kubernetes: { file: { key: 'KUBECONFIG', content: kubeconfig } },
  memory: { call: { name: 'read_graph', arguments: {}, answers: /entities/ } },
  pdf: { call: { name: 'list_pdfs', arguments: {}, answers: /./ } },
  playwright: {
    call: {
      name: 'browser_navigate',
      arguments: { url: 'data:text/html,<title>Forty-two</title>' },
      answers: /Forty-two/,
    },
  },
  'sequential-thinking': {
    call: {
      name: 'sequentialthinking',
      arguments: { thought: 'x', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 },
      answers: /thoughtNumber/,
    },
  },
  sqlite: { needsScripts: 'its database engine is built when it is installed' },
};

/** A value for a secret that opens nothing but looks right. */
export function placeholderFor(id: string, key: string): string {
  // A database in memory: it wants one that answers.
  if (key === 'DSN') return 'sqlite:///:memory:';
  return credentialExamples[`${id} ${key}`] ?? 'placeholder-0123456789abcdef';
}
