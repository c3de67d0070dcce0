import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';

import { ns } from './xml.ts';
import { postBinding } from './metadata.ts';

/** What Plugboard says of itself to a SAML provider. */
export function serviceMetadata({ entityId, acs }: { entityId: string; acs: string }): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="${ns.metadata}" entityID="${escape(entityId)}">
  <md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" protocolSupportEnumeration="${ns.protocol}">
    <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>
    <md:AssertionConsumerService index="0" isDefault="true" Binding="${postBinding}" Location="${escape(acs)}"/>
  </md:SPSSODescriptor>
</md:EntityDescriptor>
`;
}

/** A request by the redirect binding (SAML 2.0 bindings, 3.4), and the id that its answer must name. */
export function samlRequest(input: {
  readonly entityId: string;
  readonly acs: string;
  readonly ssoUrl: string;
  readonly now: number;
}): { readonly url: string; readonly id: string } {
  const id = `_${randomBytes(24).toString('hex')}`;
  const at = new Date(input.now).toISOString();
  const xml = `<samlp:AuthnRequest xmlns:samlp="${ns.protocol}" xmlns:saml="${ns.assertion}" ID="${id}" Version="2.0" IssueInstant="${at}" Destination="${escape(input.ssoUrl)}" ProtocolBinding="${postBinding}" AssertionConsumerServiceURL="${escape(input.acs)}"><saml:Issuer>${escape(input.entityId)}</saml:Issuer></samlp:AuthnRequest>`;
  const url = new URL(input.ssoUrl);
  url.searchParams.delete('RelayState');
  url.searchParams.set('SAMLRequest', deflateRawSync(xml).toString('base64'));
  return { url: url.href, id };
}

function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&apos;',
  };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
