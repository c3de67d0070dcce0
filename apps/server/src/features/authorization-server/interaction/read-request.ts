import { AppError } from '@plugboard/contracts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors } from 'oidc-provider';
import type Provider from 'oidc-provider';

import { canonicalResource } from '../resources.ts';

/** What a client asks a person for. */
export interface ConsentRequest {
  readonly uid: string;
  readonly clientId: string;
  /** What the client calls itself: anybody may call themselves anything. */
  readonly clientName: string | undefined;
  /** The host that vouches for the client, where its id is a URL that describes it. */
  readonly clientHost: string | undefined;
  readonly redirectUri: string;
  /** The resources as the client named them, and as tokens will. */
  readonly asked: readonly string[];
  readonly resources: readonly string[];
}

/**
 * The request that this browser began: its cookie says so, which a link that somebody else sent cannot
 * bring. Undefined when there is none, or another than the page is about.
 */
export async function readConsentRequest(
  provider: Provider,
  base: string,
  uid: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<ConsentRequest | undefined> {
  const found = await detailsOf(provider, request, response);
  if (found?.uid !== uid) return undefined;
  const { client_id: clientId, redirect_uri: redirectUri, resource } = found.params;
  if (typeof clientId !== 'string' || typeof redirectUri !== 'string') return undefined;
  const client = await provider.Client.find(clientId);
  if (!client) return undefined;
  const asked = (Array.isArray(resource) ? resource : [resource]).filter(
    (each) => typeof each === 'string',
  );
  const resources = asked.map((each) => canonicalResource(base, each));
  if (resources.length === 0 || resources.includes(undefined)) return undefined;
  return {
    uid,
    clientId,
    clientName: client.clientName,
    clientHost: clientId.startsWith('https://') ? URL.parse(clientId)?.host : undefined,
    redirectUri,
    asked,
    resources: [...new Set(resources.filter((each) => each !== undefined))],
  };
}

async function detailsOf(provider: Provider, request: IncomingMessage, response: ServerResponse) {
  try {
    return await provider.interactionDetails(request, response);
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined;
    throw error;
  }
}

/** The same words for a request that is not there and for one of another browser. */
export function tooOld(reason: string | undefined): AppError {
  return new AppError(
    'not_found',
    'This request is too old, was answered already, or was begun in another browser. Begin again in the program that sent you here.',
    reason === undefined ? {} : { details: { reason } },
  );
}
