import { z } from 'zod';

import { procedure } from './errors.ts';
import { queryInteger, timestampSchema } from './values.ts';
import { levelSchema } from './vocabulary.ts';

/** A server's name in `server.json` form, such as `io.github.acme/mail`, or a bundled one's short name. */
const serverNameSchema = z
  .string()
  .min(1)
  .max(200)
  .regex(
    /^(?:[a-zA-Z0-9.-]+\/)?[a-zA-Z0-9._-]+$/,
    'a name such as "io.github.acme/mail", or the short name of a bundled server such as "github"',
  );

const versionSchema = z.string().min(1).max(255);

/** What a server is known by where lists show it. */
export const iconSchema = z.object({
  /** Letters on a color, for when there is no picture or it does not come. */
  text: z.string(),
  color: z.string(),
  /** The path of its picture on this server, which fetches it; absent without one. */
  image: z.string().optional(),
});

const credentialSchema = z.object({
  key: z.string(),
  title: z.string(),
  kind: z.string(),
  required: z.boolean(),
  /** Where one is made. */
  url: z.string().optional(),
});

const catalogToolSchema = z.object({
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  level: levelSchema,
  /** `assumed`: nobody says, so it needs what such a tool needs. */
  levelFrom: z.enum(['catalog', 'annotations', 'assumed']),
});

/** A stretch of a text that fits the query: from a character to before another. */
const highlightSchema = z.object({
  field: z.enum(['title', 'description', 'publisher']),
  from: z.int(),
  to: z.int(),
});

const cardFields = {
  name: z.string(),
  /** The short name that a bundled server goes by. */
  id: z.string().optional(),
  title: z.string(),
  description: z.string(),
  publisher: z.string(),
  category: z.string(),
  tier: z.enum(['official', 'curated', 'community']),
  /** Whether the publisher is who it says. */
  verified: z.boolean(),
  transports: z.array(z.string()),
  /** npm, pypi, oci, mcpb, nuget, cargo, remote. */
  runtimes: z.array(z.string()),
  license: z.string().optional(),
  icon: iconSchema,
  /** The version that is told of. */
  version: z.string(),
  versions: z.int(),
  stars: z.int().optional(),
  /** In a month. */
  downloads: z.int().optional(),
  keywords: z.array(z.string()),
  credentials: z.array(credentialSchema),
  /** What is known of it, as `has:` asks for. */
  features: z.array(z.string()),
  updatedAt: timestampSchema.optional(),
  status: z.enum(['active', 'deprecated']),
  statusMessage: z.string().optional(),
  /** The slug of the source that tells of it. */
  source: z.string(),
  repositoryUrl: z.string().optional(),
  websiteUrl: z.string().optional(),
  /** How many are known. */
  tools: z.int(),
  /** Instances of it here. */
  installed: z.array(z.object({ slug: z.string(), toolbox: z.string(), version: z.string() })),
};

const cardSchema = z.object({
  ...cardFields,
  highlights: z.array(highlightSchema),
  /** Those of its tools that fit the query best. */
  matchingTools: z.array(catalogToolSchema),
});

export type CatalogCard = z.output<typeof cardSchema>;
export type CatalogTool = z.output<typeof catalogToolSchema>;

const facetSchema = z.array(z.object({ value: z.string(), count: z.int() }));

const queryMessageSchema = z.object({
  /** The part of the query that it is about. */
  piece: z.string(),
  message: z.string(),
  /** What to write in its place. */
  suggestion: z.string().optional(),
});

const readingFields = {
  /** What could not be taken as it was written; everything else was searched for. */
  messages: z.array(queryMessageSchema),
  /** Words that nothing has, with what was looked for in their place. */
  corrections: z.array(z.object({ word: z.string(), meant: z.string() })),
  /** The query with the corrections in it; absent without any. */
  didYouMean: z.string().optional(),
};

const searchSchema = z.object({
  servers: z.array(cardSchema),
  total: z.int(),
  /** What would be found with one more value chosen of each, most first. */
  facets: z.object({
    category: facetSchema,
    tier: facetSchema,
    verified: facetSchema,
    transport: facetSchema,
    runtime: facetSchema,
    license: facetSchema,
    source: facetSchema,
    status: facetSchema,
    installed: facetSchema,
    has: facetSchema,
  }),
  sort: z.enum(['relevance', 'popularity', 'stars', 'downloads', 'updated', 'name']),
  ...readingFields,
  /** Give it as `cursor` with the same query for what follows; absent at the end. */
  nextCursor: z.string().optional(),
});

export type CatalogSearch = z.output<typeof searchSchema>;

const foundToolSchema = z.object({
  ...catalogToolSchema.shape,
  server: z.object({
    name: z.string(),
    title: z.string(),
    icon: iconSchema,
    verified: z.boolean(),
    installed: cardFields.installed,
  }),
});

const toolSearchSchema = z.object({
  tools: z.array(foundToolSchema),
  ...readingFields,
  nextCursor: z.string().optional(),
});

export type CatalogToolSearch = z.output<typeof toolSearchSchema>;

const suggestionSchema = z.object({
  kind: z.enum(['filter', 'value', 'server', 'tool']),
  /** What to show. */
  label: z.string(),
  about: z.string().optional(),
  /** The whole query with the suggestion in it. */
  query: z.string(),
  /** The server that it is or that has it. */
  server: z.string().optional(),
});

const suggestionsSchema = z.object({ suggestions: z.array(suggestionSchema) });

export type CatalogSuggestions = z.output<typeof suggestionsSchema>;

const presetSchema = z.object({ id: z.string(), title: z.string(), description: z.string() });

const detailSchema = z.object({
  ...cardFields,
  source: z.object({ slug: z.string(), title: z.string(), kind: z.string() }),
  tools: z.array(catalogToolSchema),
  /** Markdown without HTML and without links that run anything. */
  readme: z.string().optional(),
  presets: z.array(presetSchema),
  /** `packages` and `remotes` of its server.json, as they are. */
  packages: z.array(z.record(z.string(), z.unknown())),
  remotes: z.array(z.record(z.string(), z.unknown())),
  /** What an admin should know before installing. */
  remarks: z.array(z.string()),
  /** Of a start without work, where it was measured. */
  measured: z
    .object({ startMs: z.number().optional(), memoryMb: z.number().optional() })
    .optional(),
});

export type CatalogServer = z.output<typeof detailSchema>;

const versionsSchema = z.object({
  name: z.string(),
  versions: z.array(
    z.object({
      version: z.string(),
      source: z.string(),
      status: z.enum(['active', 'deprecated']),
      statusMessage: z.string().optional(),
      /** Whether it is the one that is told of. */
      isLatest: z.boolean(),
      publishedAt: timestampSchema.optional(),
      updatedAt: timestampSchema.optional(),
    }),
  ),
});

export type CatalogVersions = z.output<typeof versionsSchema>;

const documentSchema = z.object({
  source: z.string(),
  status: z.enum(['active', 'deprecated']),
  /** server.json, with every field that its source has. */
  server: z.record(z.string(), z.unknown()),
  /** The registry's own words about it. */
  registryMeta: z.record(z.string(), z.unknown()).optional(),
});

export type CatalogDocument = z.output<typeof documentSchema>;

const readmeSchema = z.object({
  /** As it was written: HTML in it is to be shown as text. At most 256 KB. Absent when there is none. */
  markdown: z.string().optional(),
  /** Whether the catalog's source has it, or its npm package. */
  from: z.enum(['catalog', 'npm']).optional(),
  /** Why there is none. */
  message: z.string().optional(),
  /** The page that people read it on, or where they may find one. */
  url: z.string().optional(),
});

export type CatalogReadme = z.output<typeof readmeSchema>;

const shelfCardSchema = z.object(cardFields);

const highlightsSchema = z.object({
  /** Official and verified ones that most people use. */
  featured: z.array(shelfCardSchema).max(12),
  /** Called most here in the last hour, then loaded down most. */
  trending: z.array(shelfCardSchema).max(12),
  /** Newest first. */
  updated: z.array(shelfCardSchema).max(12),
});

export type CatalogHighlights = z.output<typeof highlightsSchema>;

const tags = ['catalog'];

const pageFields = {
  /** See docs/search.md. What cannot be read in it is told, never refused. */
  q: z.string().max(20_000, 'at most 20,000 characters').default(''),
  limit: queryInteger(1, 100).default(20),
  cursor: z.string().max(100_000).optional(),
};

export const catalogContract = {
  search: procedure
    .route({ method: 'GET', path: '/catalog', tags, summary: 'Search the servers there are' })
    .input(z.strictObject(pageFields))
    .output(searchSchema),
  tools: procedure
    .route({
      method: 'GET',
      path: '/catalog/tools',
      tags,
      summary: 'Search the tools of all servers',
    })
    .input(z.strictObject(pageFields))
    .output(toolSearchSchema),
  suggest: procedure
    .route({
      method: 'GET',
      path: '/catalog/suggest',
      tags,
      summary: 'Complete a query as it is typed',
    })
    .input(z.strictObject({ q: pageFields.q, limit: queryInteger(1, 20).default(8) }))
    .output(suggestionsSchema),
  get: procedure
    .route({ method: 'GET', path: '/catalog/server', tags, summary: 'Everything about one server' })
    .input(z.strictObject({ name: serverNameSchema }))
    .output(detailSchema),
  versions: procedure
    .route({ method: 'GET', path: '/catalog/versions', tags, summary: 'The versions of a server' })
    .input(z.strictObject({ name: serverNameSchema }))
    .output(versionsSchema),
  document: procedure
    .route({
      method: 'GET',
      path: '/catalog/document',
      tags,
      summary: 'The server.json of one version; of the one that is told of when none is named',
    })
    .input(
      z.strictObject({
        name: serverNameSchema,
        version: versionSchema.optional(),
        /** The slug of a source, where several have the version. */
        source: z.string().max(100).optional(),
      }),
    )
    .output(documentSchema),
  readme: procedure
    .route({ method: 'GET', path: '/catalog/readme', tags, summary: 'The README of a server' })
    .input(z.strictObject({ server: serverNameSchema }))
    .output(readmeSchema),
  highlights: procedure
    .route({
      method: 'GET',
      path: '/catalog/highlights',
      tags,
      summary: 'What to look at first in the catalog',
    })
    .output(highlightsSchema),
};
