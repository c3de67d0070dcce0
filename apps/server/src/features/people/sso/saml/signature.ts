import { type Element, XMLSerializer } from '@xmldom/xmldom';
import { SignedXml } from 'xml-crypto';

import { refusal } from '../refusal.ts';
import { childrenOf, malformed, ns, parseXml } from './xml.ts';

const signatureAlgorithms = [
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
] as const;
const digestAlgorithms = [
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512',
] as const;
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

/**
 * The element as it was signed, parsed anew from the very bytes that the signature covers. Nothing
 * else of a document may be believed: what stands beside, around or instead of them is not signed.
 * Keys that come with a signature are not looked at.
 */
export function readSigned(
  document: string,
  element: Element,
  certificates: readonly string[],
): Element {
  const signatures = childrenOf(element, ns.signature, 'Signature');
  const [signature] = signatures;
  if (!signature) throw refusal('saml_unsigned', 'The provider did not sign its assertion.');
  if (signatures.length > 1) throw malformed();
  const id = element.getAttribute('ID') ?? '';
  if (!/^[A-Za-z_][\w.-]{0,255}$/.test(id)) throw malformed();
  requirePlainReference(signature, id);
  const text = new XMLSerializer().serializeToString(signature);
  for (const publicCert of certificates) {
    const bytes = check(document, text, publicCert);
    if (bytes === undefined) continue;
    const signed = parseXml(bytes);
    const isIt =
      signed.namespaceURI === element.namespaceURI &&
      signed.localName === element.localName &&
      signed.getAttribute('ID') === id;
    if (!isIt) throw malformed();
    return signed;
  }
  throw refusal(
    'saml_signature',
    'The signature of the assertion is not by a certificate that this provider was added with.',
  );
}

/** One reference, to the element itself, by algorithms that are in order. */
function requirePlainReference(signature: Element, id: string): void {
  const [info, ...others] = childrenOf(signature, ns.signature, 'SignedInfo');
  if (!info || others.length > 0) throw malformed();
  const [reference, ...more] = childrenOf(info, ns.signature, 'Reference');
  if (!reference || more.length > 0 || reference.getAttribute('URI') !== `#${id}`) {
    throw refusal('saml_signature', 'The signature is not of the assertion that it stands in.');
  }
  const algorithmOf = (parent: Element, name: string) =>
    childrenOf(parent, ns.signature, name)[0]?.getAttribute('Algorithm') ?? '';
  const transforms = childrenOf(reference, ns.signature, 'Transforms')
    .flatMap((each) => childrenOf(each, ns.signature, 'Transform'))
    .map((each) => each.getAttribute('Algorithm') ?? '');
  const isPlain =
    list(signatureAlgorithms).includes(algorithmOf(info, 'SignatureMethod')) &&
    algorithmOf(info, 'CanonicalizationMethod') === exclusive &&
    list(digestAlgorithms).includes(algorithmOf(reference, 'DigestMethod')) &&
    transforms.length === 2 &&
    transforms.includes(enveloped) &&
    transforms.includes(exclusive);
  if (isPlain) return;
  throw refusal(
    'saml_algorithm',
    'The assertion is not signed as wanted: RSA with SHA-256 or SHA-512, exclusive canonicalization.',
  );
}

function check(document: string, signature: string, publicCert: string): string | undefined {
  const signed = new SignedXml({ publicCert, getCertFromKeyInfo: () => null });
  try {
    signed.loadSignature(signature);
    if (!signed.checkSignature(document)) return undefined;
    const references = signed.getSignedReferences();
    return references.length === 1 ? references[0] : undefined;
  } catch {
    return undefined;
  }
}

function list(values: readonly string[]): readonly string[] {
  return values;
}
