import { AppError } from '@plugboard/contracts';

import type { AuthorizationServer } from '../facts.ts';
import type { ProviderDefinition } from './definition.ts';

/** A definition whose variables are filled in. */
export interface ResolvedProvider extends ProviderDefinition {
  readonly variableValues: Readonly<Record<string, string>>;
}

/**
 * Fills in what addresses depend on, defaults where nothing is given. Throws
 * `AppError('invalid_input')` for a variable that there is none of, or a value that does not fit.
 */
export function resolveProvider(
  definition: ProviderDefinition,
  given: Readonly<Record<string, string>> = {},
): ResolvedProvider {
  const known = definition.variables.map(({ name }) => name);
  const stranger = Object.keys(given).find((name) => !known.includes(name));
  if (stranger !== undefined) {
    throw new AppError(
      'invalid_input',
      `${definition.title} has no variable "${stranger.slice(0, 50)}". ${known.length === 0 ? 'It has none.' : `It has ${known.join(', ')}.`}`,
    );
  }
  const values = Object.fromEntries(
    definition.variables.map(({ name, about, default: usual, pattern }) => {
      const value = given[name] ?? usual;
      if (new RegExp(pattern, 'u').test(value)) return [name, value];
      throw new AppError(
        'invalid_input',
        `"${name}" of ${definition.title} does not fit: ${about}.`,
      );
    }),
  );
  const text = JSON.stringify(definition, (_key, value: unknown) =>
    typeof value === 'string' ? fill(value, values) : value,
  );
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- strings became other strings
  return { ...(JSON.parse(text) as ProviderDefinition), variableValues: values };
}

/** Its authorization server as its data describe it; undefined when that is to be discovered. */
export function describedServer(provider: ResolvedProvider): AuthorizationServer | undefined {
  const { endpoints, issuer, quirks } = provider;
  if (!endpoints) return undefined;
  return {
    issuer,
    source: 'configured',
    metadata: {
      issuer,
      authorization_endpoint: endpoints.authorization,
      token_endpoint: endpoints.token,
      ...(endpoints.revocation !== undefined && { revocation_endpoint: endpoints.revocation }),
      ...(endpoints.jwks !== undefined && { jwks_uri: endpoints.jwks }),
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      token_endpoint_auth_methods_supported: [...quirks.clientAuthentication],
    },
  };
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{([a-z_]+)\}/g, (whole, name: string) => values[name] ?? whole);
}
