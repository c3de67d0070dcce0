/** A service as people know it: how its keys begin and where they are made. Only hints: the server checks. */
export interface KnownService {
  readonly slug: string;
  readonly title: string;
  /** How its keys begin, as people see it. */
  readonly begins?: string;
  readonly prefix?: RegExp;
  /** Where one gets a key. */
  readonly url?: string;
}

export const knownServices: readonly KnownService[] = [
  {
    slug: 'github',
    title: 'GitHub',
    begins: 'github_pat_ or ghp_',
    prefix: /^(?:github_pat_|gh[pousr]_)/,
    url: 'https://github.com/settings/personal-access-tokens',
  },
  {
    slug: 'gitlab',
    title: 'GitLab',
    begins: 'glpat-',
    prefix: /^glpat-/,
    url: 'https://gitlab.com/-/user_settings/personal_access_tokens',
  },
  {
    slug: 'openai',
    title: 'OpenAI',
    begins: 'sk-proj- or sk-svcacct-',
    prefix: /^sk-(?:proj-|svcacct-|admin-)/,
    url: 'https://platform.openai.com/api-keys',
  },
  {
    slug: 'anthropic',
    title: 'Anthropic',
    begins: 'sk-ant-',
    prefix: /^sk-ant-/,
    url: 'https://console.anthropic.com/settings/keys',
  },
  {
    slug: 'notion',
    title: 'Notion',
    begins: 'ntn_ or secret_',
    prefix: /^(?:ntn_|secret_)/,
    url: 'https://www.notion.so/my-integrations',
  },
  { slug: 'slack', title: 'Slack', begins: 'xoxb- or xoxp-', prefix: /^xox[a-z][.-]/ },
  {
    slug: 'stripe',
    title: 'Stripe',
    begins: 'rk_ (restricted, better) or sk_',
    prefix: /^(?:rk|sk)_(?:live|test|org)_/,
    url: 'https://dashboard.stripe.com/apikeys',
  },
  {
    slug: 'sentry',
    title: 'Sentry',
    begins: 'sntryu_ or sntrys_',
    prefix: /^sntry[a-z]_/,
    url: 'https://sentry.io/settings/account/api/auth-tokens/',
  },
  { slug: 'linear', title: 'Linear', begins: 'lin_api_', prefix: /^lin_(?:api|oauth)_/ },
  {
    slug: 'brave-search',
    title: 'Brave Search',
    url: 'https://api-dashboard.search.brave.com/app/keys',
  },
  {
    slug: 'cloudflare',
    title: 'Cloudflare',
    url: 'https://dash.cloudflare.com/profile/api-tokens',
  },
  { slug: 'context7', title: 'Context7', begins: 'ctx7sk', prefix: /^ctx7sk/ },
  { slug: 'datadog', title: 'Datadog' },
  { slug: 'digitalocean', title: 'DigitalOcean', begins: 'dop_v1_', prefix: /^do[opr]_v1_/ },
  { slug: 'docker', title: 'Docker', begins: 'dckr_pat_', prefix: /^dckr_(?:pat|oat)_/ },
  { slug: 'google', title: 'Google', begins: 'AIza', prefix: /^AIza/ },
  { slug: 'hubspot', title: 'HubSpot', begins: 'pat- and a region', prefix: /^pat-[a-z]{2}\d-/ },
  { slug: 'hugging-face', title: 'Hugging Face', begins: 'hf_', prefix: /^hf_/ },
  { slug: 'netlify', title: 'Netlify', begins: 'nfp_', prefix: /^nf[a-z]_/ },
  { slug: 'npm', title: 'npm', begins: 'npm_', prefix: /^npm_/ },
  { slug: 'openrouter', title: 'OpenRouter', begins: 'sk-or-', prefix: /^sk-or-/ },
  { slug: 'perplexity', title: 'Perplexity', begins: 'pplx-', prefix: /^pplx-/ },
  { slug: 'supabase', title: 'Supabase', begins: 'sbp_', prefix: /^sbp_/ },
  { slug: 'tavily', title: 'Tavily', begins: 'tvly-', prefix: /^tvly-/ },
];

/** The service that a key tells of by how it begins. */
export function recognizeService(key: string): KnownService | undefined {
  return knownServices.find(({ prefix }) => prefix?.test(key));
}

export function findService(slug: string): KnownService | undefined {
  return knownServices.find((service) => service.slug === slug.trim());
}
