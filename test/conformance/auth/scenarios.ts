/** What the scenario tells its client (`MCP_CONFORMANCE_CONTEXT`). */
export interface AuthContext {
  readonly client_id?: string;
  readonly client_secret?: string;
  readonly private_key_pem?: string;
  readonly signing_algorithm?: string;
  readonly issuer?: string;
  readonly idp_client_id?: string;
  readonly idp_id_token?: string;
  readonly idp_issuer?: string;
  readonly valid_jwt?: string;
}

/** Scenarios in which the client must refuse, and the code of Plugboard's refusal. */
export const refusals: Readonly<Record<string, string>> = {
  'auth/resource-mismatch': 'resource_mismatch',
  'auth/metadata-issuer-mismatch': 'issuer_mismatch',
  'auth/iss-supported-missing': 'iss_missing',
  'auth/iss-wrong-issuer': 'iss_mismatch',
  'auth/iss-unexpected': 'iss_mismatch',
  'auth/iss-normalized': 'iss_mismatch',
  'auth/scope-retry-limit': 'forbidden',
};

/** Scenarios of the first revision with authorization, which no later requirements name. */
export const oldest = [
  'auth/2025-03-26-oauth-metadata-backcompat',
  'auth/2025-03-26-oauth-endpoint-fallback',
] as const;

/** Plugboard must be this for the scenario, whose client id is a URL there. */
export const cimd = {
  scenario: 'auth/basic-cimd',
  base: 'https://conformance-test.local',
} as const;

/** Whose grants no connection has: the package obtains the token, and Plugboard sends it as a secret. */
export const byPackage = ['auth/enterprise-managed-authorization', 'auth/wif-jwt-bearer'] as const;
