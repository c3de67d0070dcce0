import type { Category } from '../catalog-meta.ts';
import { proseWords } from './words.ts';

const telling: Readonly<Partial<Record<Category, string>>> = {
  databases:
    'database databases sql postgres postgresql mysql sqlite mongodb redis clickhouse snowflake bigquery duckdb neo4j elasticsearch opensearch cassandra couchbase dynamodb supabase neon oracle mariadb mssql vector pinecone qdrant milvus chroma weaviate',
  cloud:
    'aws azure gcp gcloud cloudflare kubernetes k8s terraform docker container containers serverless lambda digitalocean heroku vercel netlify infrastructure hosting helm pulumi openstack',
  browser:
    'browser playwright puppeteer selenium chrome firefox scraping scraper crawl crawler webpage',
  communication:
    'slack discord email mail gmail telegram whatsapp sms messaging message messages chat teams twilio zoom',
  monitoring:
    'monitoring observability logs metrics grafana prometheus datadog sentry tracing alerts incident incidents newrelic dynatrace',
  security:
    'security vulnerability vulnerabilities cve pentest malware osint threat encryption vault secrets auth0 okta',
  finance:
    'finance financial stock stocks crypto cryptocurrency bitcoin ethereum blockchain trading payments payment stripe paypal invoice accounting wallet defi solana token bank',
  commerce: 'shopify ecommerce commerce store cart orders woocommerce amazon product products',
  design: 'figma design canva image images blender svg diagram diagrams 3d photo video',
  analytics:
    'analytics chart charts visualization dashboard statistics bi tableau posthog amplitude mixpanel',
  ai: 'llm openai anthropic gemini huggingface model models embedding embeddings rag prompt prompts reasoning thinking inference agents',
  search: 'search perplexity tavily exa duckduckgo google brave',
  files:
    'file files filesystem pdf document documents folder drive storage s3 dropbox markdown excel spreadsheet',
  knowledge:
    'knowledge documentation docs wikipedia arxiv wiki memory papers research obsidian notes graph',
  productivity:
    'notion todo task tasks calendar jira asana trello linear confluence airtable project schedule meeting crm hubspot salesforce workspace',
  development:
    'github gitlab git code ide repository developer developers sdk testing test lint debug build ci npm compiler openapi swagger xcode programming',
};

const byWord = new Map<string, Category[]>();
for (const [category, words] of Object.entries(telling)) {
  for (const word of words.split(' ')) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.entries forgets the keys' type
    byWord.set(word, [...(byWord.get(word) ?? []), category as Category]);
  }
}

/** The category that most words speak for; earlier texts count for more. `other` when none does. */
export function guessCategory(texts: readonly string[]): Category {
  const points = new Map<Category, number>();
  texts.forEach((text, index) => {
    for (const word of new Set(proseWords(text.replaceAll(/[-_/]/g, ' ')))) {
      for (const category of byWord.get(word) ?? []) {
        points.set(category, (points.get(category) ?? 0) + 1 / (index + 1));
      }
    }
  });
  let best: Category = 'other';
  for (const [category, count] of points) {
    if (count > (points.get(best) ?? 0)) best = category;
  }
  return best;
}
