import {
  BarChart3,
  Blocks,
  BookOpen,
  Brain,
  Cloud,
  Code,
  CreditCard,
  Database,
  FolderOpen,
  Globe,
  type LucideIcon,
  MessageSquare,
  Palette,
  Search,
  ShieldCheck,
  ShoppingCart,
  SquareCheckBig,
  Telescope,
} from 'lucide-react';

interface CategoryLook {
  readonly label: string;
  readonly icon: LucideIcon;
}

/** Every category, in the order to show them. */
export const categories: ReadonlyMap<string, CategoryLook> = new Map([
  ['development', { label: 'Development', icon: Code }],
  ['cloud', { label: 'Cloud', icon: Cloud }],
  ['databases', { label: 'Databases', icon: Database }],
  ['ai', { label: 'AI', icon: Brain }],
  ['analytics', { label: 'Analytics', icon: BarChart3 }],
  ['communication', { label: 'Communication', icon: MessageSquare }],
  ['productivity', { label: 'Productivity', icon: SquareCheckBig }],
  ['search', { label: 'Search', icon: Search }],
  ['browser', { label: 'Browser', icon: Globe }],
  ['files', { label: 'Files', icon: FolderOpen }],
  ['security', { label: 'Security', icon: ShieldCheck }],
  ['monitoring', { label: 'Monitoring', icon: Telescope }],
  ['finance', { label: 'Finance', icon: CreditCard }],
  ['commerce', { label: 'Commerce', icon: ShoppingCart }],
  ['design', { label: 'Design', icon: Palette }],
  ['knowledge', { label: 'Knowledge', icon: BookOpen }],
  ['other', { label: 'Other', icon: Blocks }],
]);

/** What a category is called. */
export function categoryLabel(category: string): string {
  return categories.get(category)?.label ?? category;
}

const runtimeLabels: Readonly<Record<string, string>> = {
  npm: 'npm',
  pypi: 'Python',
  oci: 'Container',
  mcpb: 'Bundle',
  nuget: '.NET',
  cargo: 'Rust',
  remote: 'Remote',
};

/** What a server runs from. */
export function runtimeLabel(runtime: string): string {
  return Object.hasOwn(runtimeLabels, runtime) ? (runtimeLabels[runtime] ?? runtime) : runtime;
}

/** Facets beside the results, in their order, with words for their values. */
export const facets = [
  {
    key: 'tier',
    label: 'Published by',
    values: { official: 'Official', curated: 'Curated', community: 'Community' },
  },
  { key: 'verified', label: 'Publisher', values: { true: 'Verified', false: 'Not verified' } },
  { key: 'runtime', label: 'Runs from', values: runtimeLabels },
  {
    key: 'transport',
    label: 'Spoken to by',
    values: { stdio: 'stdio', 'streamable-http': 'HTTP', sse: 'SSE' },
  },
  {
    key: 'has',
    label: 'Has',
    values: {
      tools: 'Known tools',
      remote: 'A remote endpoint',
      package: 'A package',
      credentials: 'Credentials to give',
      presets: 'Presets',
      readme: 'A README',
      icon: 'A picture',
      repository: 'A repository',
      website: 'A website',
      license: 'A licence',
    },
  },
  { key: 'installed', label: 'Here', values: { true: 'Installed', false: 'Not installed' } },
  { key: 'license', label: 'Licence', values: { unknown: 'Not told' } },
  { key: 'source', label: 'Source', values: {} },
  { key: 'status', label: 'Status', values: { active: 'Active', deprecated: 'Deprecated' } },
] as const satisfies readonly {
  readonly key: string;
  readonly label: string;
  readonly values: Readonly<Record<string, string>>;
}[];

/** The orders that results can have. */
export const sorts = [
  { value: 'relevance', label: 'Best match' },
  { value: 'popularity', label: 'Most used' },
  { value: 'stars', label: 'Most stars' },
  { value: 'downloads', label: 'Most downloads' },
  { value: 'updated', label: 'Newest' },
  { value: 'name', label: 'Name' },
] as const;
