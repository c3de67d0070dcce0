import { X509Certificate } from 'node:crypto';

import { AppError } from '@plugboard/contracts';
import type { Element } from '@xmldom/xmldom';

import type { SamlSettings } from '../provider-row.ts';
import { childrenOf, contentOf, everyNamed, isNamed, ns, parseXml } from './xml.ts';

type Facts = Pick<SamlSettings, 'entityId' | 'ssoUrl' | 'certificates'>;

export const redirectBinding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
export const postBinding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';

/** What is needed of a provider's metadata, given by its admin. Nothing is fetched. */
export function readMetadata(text: string): Facts {
  let root: Element;
  try {
    root = parseXml(text.replaceAll(/<!--[\s\S]*?-->/g, ''));
  } catch {
    throw invalid(
      'The metadata are no XML, or have what metadata need not have, such as a DOCTYPE.',
    );
  }
  const entity = isNamed(root, ns.metadata, 'EntityDescriptor') ? root : undefined;
  if (!entity) throw invalid('The metadata must be of one provider: an EntityDescriptor.');
  const descriptor = childrenOf(entity, ns.metadata, 'IDPSSODescriptor')[0];
  if (!descriptor)
    throw invalid('The metadata are of no identity provider: IDPSSODescriptor is missing.');
  if (descriptor.getAttribute('WantAuthnRequestsSigned') === 'true') {
    throw invalid(
      'The provider wants signed requests, which Plugboard does not send: turn that off there.',
    );
  }
  const ssoUrl = childrenOf(descriptor, ns.metadata, 'SingleSignOnService')
    .find((each) => each.getAttribute('Binding') === redirectBinding)
    ?.getAttribute('Location');
  const certificates = childrenOf(descriptor, ns.metadata, 'KeyDescriptor')
    .filter((each) => each.getAttribute('use') !== 'encryption')
    .flatMap((each) => everyNamed(each, ns.signature, 'X509Certificate'))
    .map((each) => contentOf(each));
  return samlFacts({
    entityId: entity.getAttribute('entityID') ?? '',
    ssoUrl: ssoUrl ?? '',
    certificate: certificates.join('\n\n'),
  });
}

/** The same, from what was entered. Throws `AppError('invalid_input')` saying what is missing. */
export function samlFacts(given: {
  readonly entityId: string;
  readonly ssoUrl: string;
  readonly certificate: string;
}): Facts {
  const { entityId, ssoUrl } = given;
  if (entityId === '') throw invalid('The entity id of the provider is missing.');
  const url = URL.parse(ssoUrl);
  if (!url || (url.protocol !== 'https:' && !isLocal(url))) {
    throw invalid(
      'The address that requests are sent to (HTTP-Redirect) is missing, or is not https.',
    );
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    throw invalid('The address that requests are sent to has credentials or a fragment.');
  }
  const certificates = readCertificates(given.certificate);
  if (certificates.length === 0) throw invalid('A signing certificate of the provider is missing.');
  return { entityId, ssoUrl, certificates };
}

/** The browser goes there, not we: plain http is for a provider on the browser's own machine. */
function isLocal({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

function readCertificates(text: string): readonly string[] & string[] {
  const blocks = text.includes('-----BEGIN')
    ? (text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [])
    : text.split(/\n\s*\n/).filter((each) => each.trim() !== '');
  return blocks.slice(0, 5).map((block) => {
    const bytes = Buffer.from(block.replaceAll(/-----[A-Z ]+-----|\s/g, ''), 'base64');
    let certificate;
    try {
      certificate = new X509Certificate(bytes);
    } catch {
      throw invalid('A certificate of the provider cannot be read: PEM or base64 is wanted.');
    }
    const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
    if (asymmetricKeyType !== 'rsa' || (asymmetricKeyDetails?.modulusLength ?? 0) < 2048) {
      throw invalid('A certificate of the provider must have an RSA key of at least 2048 bits.');
    }
    return certificate.toString();
  });
}

function invalid(message: string): AppError {
  return new AppError('invalid_input', message);
}
