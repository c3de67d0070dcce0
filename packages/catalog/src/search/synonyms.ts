/** Words for one thing. */
const groups: readonly string[] = [
  'postgres postgresql pg psql',
  'kubernetes k8s kube',
  'github gh',
  'email mail mailbox inbox gmail',
  'database db databases',
  'javascript js',
  'typescript ts',
  'python py',
  'mongodb mongo',
  'elasticsearch elastic',
  'repository repo',
  'documentation docs doc documents',
  'authentication auth login',
  'image picture photo',
  'aws amazon',
  'gcp gcloud',
  'azure az',
  'terraform tf',
  'configuration config settings',
  'directory folder',
  'spreadsheet sheets sheet excel',
  'scrape scraping crawl crawler scraper',
  'ticket issue bug',
  'payment billing invoice',
  'weather forecast',
  'crypto cryptocurrency blockchain',
  'monitoring observability metrics',
  'container docker',
  'message chat sms',
  'translate translation',
  'vector embedding embeddings',
  'presentation slides powerpoint',
  'pdf document',
  'browser chrome webpage',
  'calendar event meeting',
  'website site webpage url',
  'song music spotify',
  'note notes',
  'stock stocks share',
  'flight flights travel',
  'chart graph plot diagram',
  'map maps geocode',
  'search find lookup query',
  'create add make insert',
  'delete remove drop',
  'read fetch view retrieve',
  'update edit change modify write',
  'run execute',
  'list enumerate',
];

const bySynonym = new Map<string, Set<string>>();
for (const group of groups) {
  const words = group.split(' ');
  for (const word of words) {
    const others = bySynonym.get(word) ?? new Set();
    for (const other of words) if (other !== word) others.add(other);
    bySynonym.set(word, others);
  }
}

/** Other words for the same; none for most words. */
export function synonymsOf(word: string): readonly string[] {
  return [...(bySynonym.get(word) ?? [])];
}
