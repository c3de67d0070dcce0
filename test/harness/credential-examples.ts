/** Made-up values that look like the credentials of the bundled servers, by id and key. */
export const credentialExamples: Readonly<Record<string, string>> = {
  'github GITHUB_PERSONAL_ACCESS_TOKEN': `github_pat_${'A1b2_'.repeat(16)}`,
  'dbhub DSN': 'postgres://reader:secret@db.example.com:5432/shop',
  'mongodb MDB_MCP_CONNECTION_STRING': 'mongodb+srv://reader:secret@cluster.example.com/shop',
  'mongodb MDB_MCP_API_CLIENT_ID': `mdb_sa_id_${hex(24)}`,
  'mongodb MDB_MCP_API_CLIENT_SECRET': 'mdb_sa_sk_Example-1',
  'supabase SUPABASE_ACCESS_TOKEN': `sbp_${hex(40)}`,
  'context7 CONTEXT7_API_KEY': `ctx7sk-${hex(8)}-${hex(4)}-${hex(12)}`,
  'perplexity PERPLEXITY_API_KEY': `pplx-${letters(48)}`,
  'notion NOTION_TOKEN': `ntn_${letters(46)}`,
  'stripe STRIPE_SECRET_KEY': `rk_test_${letters(24)}`,
  'sentry SENTRY_ACCESS_TOKEN': `sntryu_${hex(64)}`,
  'sentry OPENAI_API_KEY': `sk-proj-${letters(40)}`,
  'sentry ANTHROPIC_API_KEY': `sk-ant-api03-${letters(40)}`,
  'sentry OPENROUTER_API_KEY': `sk-or-v1-${hex(64)}`,
  'linear LINEAR_API_KEY': `lin_api_${letters(40)}`,
  'cloudflare CLOUDFLARE_API_TOKEN': letters(40),
  'slack SLACK_USER_TOKEN': `xoxp-1234-5678-9012-${hex(32)}`,
  'atlassian Authorization': `Basic ${letters(40)}==`,
  'brave-search BRAVE_API_KEY': `BSA${letters(28)}`,
  'aws AWS_ACCESS_KEY_ID': 'AKIAIOSFODNN7EXAMPLE',
  'aws AWS_SECRET_ACCESS_KEY': letters(40),
  'terraform TFE_TOKEN': `${letters(14)}.atlasv1.${letters(67)}`,
  'docker HUB_PAT_TOKEN': `dckr_pat_${letters(27)}`,
  'digitalocean DIGITALOCEAN_API_TOKEN': `dop_v1_${hex(64)}`,
  'azure-devops PERSONAL_ACCESS_TOKEN': `${letters(40)}==`,
  'tavily TAVILY_API_KEY': `tvly-dev-${letters(32)}`,
  'exa EXA_API_KEY': `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`,
  'gitlab GITLAB_PERSONAL_ACCESS_TOKEN': `glpat-${letters(20)}`,
  'datadog DATADOG_API_KEY': hex(32),
  'datadog DATADOG_APP_KEY': hex(40),
  'hubspot PRIVATE_APP_ACCESS_TOKEN': `pat-na1-${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`,
  'elasticsearch ES_API_KEY': `${letters(58)}==`,
  'netlify NETLIFY_PERSONAL_ACCESS_TOKEN': `nfp_${letters(36)}`,
};

function hex(length: number): string {
  return '0123456789abcdef'.repeat(5).slice(0, length);
}

function letters(length: number): string {
  return 'aB3dE6gH9jK2mN5pQ8sT'.repeat(5).slice(0, length);
}
