/** How to ask a service whether it accepts a key; `{key}` and `{url}` are fields of the credential. */
export interface Probe {
  readonly url: string;
  /** Where a service of one's own is asked: below its `url`. */
  readonly path?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A member of the answer that names the account. */
  readonly account?: string;
}

export interface KnownService {
  /** As providers are named. */
  readonly id: string;
  readonly title: string;
  /** How its keys begin, as a regular expression; absent where they look like any other text. */
  readonly prefix?: string;
  /** The same in words, for who gave another; absent where the names of its keys tell enough. */
  readonly form?: string;
  /** Forms that are its, but are no secret key; with what they are. */
  readonly mistaken?: Readonly<Record<string, string>>;
  readonly probe?: Probe;
}

const bearer = { authorization: 'Bearer {key}' };

/** What is known of services besides their entries of the catalog. Every probe only reads. */
export const knownServices: readonly KnownService[] = [
  {
    id: 'anthropic',
    title: 'Anthropic',
    prefix: 'sk-ant-',
    probe: {
      url: 'https://api.anthropic.com/v1/models',
      headers: { 'x-api-key': '{key}', 'anthropic-version': '2023-06-01' },
    },
  },
  { id: 'aws', title: 'AWS', prefix: '(?:AKIA|ASIA)[A-Z0-9]{16}$' },
  {
    id: 'brave-search',
    title: 'Brave Search',
    probe: {
      url: 'https://api.search.brave.com/res/v1/web/search?q=test&count=1',
      headers: { 'x-subscription-token': '{key}' },
    },
  },
  {
    id: 'cloudflare',
    title: 'Cloudflare',
    probe: { url: 'https://api.cloudflare.com/client/v4/user/tokens/verify', headers: bearer },
  },
  { id: 'context7', title: 'Context7', prefix: 'ctx7sk', form: 'it begins with ctx7sk' },
  {
    id: 'datadog',
    title: 'Datadog',
    probe: {
      url: 'https://api.datadoghq.com/api/v1/validate',
      path: '/api/v1/validate',
      headers: { 'dd-api-key': '{key}' },
    },
  },
  {
    id: 'digitalocean',
    title: 'DigitalOcean',
    prefix: 'do[opr]_v1_',
    form: 'it begins with dop_v1_',
    probe: { url: 'https://api.digitalocean.com/v2/account', headers: bearer },
  },
  {
    id: 'docker',
    title: 'Docker',
    prefix: 'dckr_(?:pat|oat)_',
    form: 'it begins with dckr_pat_ or dckr_oat_',
  },
  {
    id: 'github',
    title: 'GitHub',
    prefix: '(?:github_pat_|gh[pousr]_)',
    form: 'it begins with github_pat_, or with ghp_',
    probe: {
      url: 'https://api.github.com/user',
      path: '/api/v3/user',
      headers: { ...bearer, accept: 'application/vnd.github+json', 'user-agent': 'plugboard' },
      account: 'login',
    },
  },
  {
    id: 'gitlab',
    title: 'GitLab',
    prefix: 'glpat-',
    probe: {
      url: 'https://gitlab.com/api/v4/user',
      path: '/api/v4/user',
      headers: { 'private-token': '{key}' },
      account: 'username',
    },
  },
  { id: 'google', title: 'Google', prefix: 'AIza' },
  {
    id: 'hubspot',
    title: 'HubSpot',
    prefix: 'pat-[a-z]{2}\\d-',
    form: 'it begins with pat- and a region, such as pat-na1-',
    probe: { url: 'https://api.hubapi.com/account-info/v3/details', headers: bearer },
  },
  {
    id: 'hugging-face',
    title: 'Hugging Face',
    prefix: 'hf_',
    probe: { url: 'https://huggingface.co/api/whoami-v2', headers: bearer, account: 'name' },
  },
  { id: 'linear', title: 'Linear', prefix: 'lin_(?:api|oauth)_', form: 'it begins with lin_api_' },
  {
    id: 'netlify',
    title: 'Netlify',
    prefix: 'nf[a-z]_',
    form: 'it begins with nfp_',
    probe: { url: 'https://api.netlify.com/api/v1/user', headers: bearer, account: 'email' },
  },
  {
    id: 'notion',
    title: 'Notion',
    prefix: '(?:ntn_|secret_)',
    form: 'it begins with ntn_ or secret_',
    probe: {
      url: 'https://api.notion.com/v1/users/me',
      headers: { ...bearer, 'notion-version': '2022-06-28' },
      account: 'name',
    },
  },
  { id: 'npm', title: 'npm', prefix: 'npm_' },
  {
    id: 'openai',
    title: 'OpenAI',
    prefix: 'sk-(?:proj-|svcacct-|admin-)',
    probe: { url: 'https://api.openai.com/v1/models', headers: bearer },
  },
  {
    id: 'openrouter',
    title: 'OpenRouter',
    prefix: 'sk-or-',
    probe: { url: 'https://openrouter.ai/api/v1/key', headers: bearer },
  },
  { id: 'perplexity', title: 'Perplexity', prefix: 'pplx-', form: 'it begins with pplx-' },
  {
    id: 'sentry',
    title: 'Sentry',
    prefix: 'sntry[a-z]_',
    form: 'it begins with sntryu_ or sntrys_',
    probe: {
      url: 'https://sentry.io/api/0/organizations/',
      path: '/api/0/organizations/',
      headers: bearer,
    },
  },
  { id: 'slack', title: 'Slack', prefix: 'xox[a-z][.-]' },
  {
    id: 'stripe',
    title: 'Stripe',
    prefix: '(?:rk|sk)_(?:live|test|org)_',
    form: 'it begins with sk_ or rk_',
    mistaken: { 'pk_(?:live|test)_': 'a publishable key, which opens nothing' },
    probe: { url: 'https://api.stripe.com/v1/balance', headers: bearer },
  },
  {
    id: 'supabase',
    title: 'Supabase',
    prefix: 'sbp_',
    form: 'it begins with sbp_',
    probe: { url: 'https://api.supabase.com/v1/organizations', headers: bearer },
  },
  { id: 'tavily', title: 'Tavily', prefix: 'tvly-', form: 'it begins with tvly-' },
  {
    id: 'terraform',
    title: 'HCP Terraform',
    probe: { url: 'https://app.terraform.io/api/v2/account/details', headers: bearer },
  },
];

/** Undefined for a service of which nothing is known. */
export function findService(id: string): KnownService | undefined {
  return knownServices.find((service) => service.id === id);
}
