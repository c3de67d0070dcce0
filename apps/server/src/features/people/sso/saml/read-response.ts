import type { Element } from '@xmldom/xmldom';

import { emailOf, listOf, type SsoPerson, textOf } from '../person.ts';
import { refusal } from '../refusal.ts';
import type { SamlSettings } from '../provider-row.ts';
import { readSigned } from './signature.ts';
import {
  childrenOf,
  contentOf,
  everyNamed,
  isNamed,
  malformed,
  ns,
  onlyChild,
  parseXml,
} from './xml.ts';

export interface SamlExpectation {
  readonly settings: SamlSettings;
  /** Our entity id. */
  readonly audience: string;
  /** Our assertion consumer service. */
  readonly recipient: string;
  readonly now: number;
}

export interface SamlAnswer {
  /** The id of the request that it answers: whether that is ours and open is for the caller to see. */
  readonly inResponseTo: string;
  readonly person: SsoPerson;
}

const maxBytes = 256 * 1024;
const skewMs = 60_000;
const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
const success = 'urn:oasis:names:tc:SAML:2.0:status:Success';
const formats = 'urn:oasis:names:tc:SAML';

/**
 * Reads a response of the POST binding (SAML 2.0 profiles, 4.1.4). There is one assertion, it is signed
 * itself, and all that is believed is read from what the signature covers.
 */
export function readSamlResponse(encoded: string, expected: SamlExpectation): SamlAnswer {
  const document = decode(encoded);
  const response = parseXml(document);
  if (!isNamed(response, ns.protocol, 'Response')) throw malformed();
  requireUniqueIds(response);
  requireResponse(response, expected);
  const found = everyNamed(response, ns.assertion, 'Assertion');
  const [assertion] = childrenOf(response, ns.assertion, 'Assertion');
  if (everyNamed(response, ns.assertion, 'EncryptedAssertion').length > 0) {
    throw refusal(
      'saml_encrypted',
      'Encrypted assertions are not taken: turn encryption off at the provider.',
    );
  }
  if (!assertion || found.length !== 1) throw malformed();
  requireSignaturesInPlace(response, assertion);
  if (childrenOf(response, ns.signature, 'Signature').length > 0) {
    readSigned(document, response, expected.settings.certificates);
  }
  const signed = readSigned(document, assertion, expected.settings.certificates);
  return readAssertion(signed, expected, response.getAttribute('InResponseTo'));
}

function decode(encoded: string): string {
  const compact = encoded.replaceAll(/\s/g, '');
  if (compact.length > (maxBytes * 4) / 3 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact))
    throw malformed();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(compact, 'base64'));
  } catch {
    throw malformed();
  }
}

/** Of two elements with one id a signature could mean either. */
function requireUniqueIds(root: Element): void {
  const seen = new Set<string>();
  for (const element of [root, ...root.getElementsByTagName('*')]) {
    for (const name of ['ID', 'Id', 'id']) {
      const id = element.getAttribute(name);
      if (id === null || id === '') continue;
      if (seen.has(id)) throw malformed();
      seen.add(id);
    }
  }
}

function requireSignaturesInPlace(response: Element, assertion: Element): void {
  for (const signature of everyNamed(response, ns.signature, 'Signature')) {
    if (signature.parentNode !== response && signature.parentNode !== assertion) throw malformed();
  }
}

/** It may be unsigned: so this can only refuse. */
function requireResponse(response: Element, { settings, recipient }: SamlExpectation): void {
  if (response.getAttribute('Version') !== '2.0') throw malformed();
  const status = onlyChild(response, ns.protocol, 'Status');
  const code = status && onlyChild(status, ns.protocol, 'StatusCode');
  if (code?.getAttribute('Value') !== success) {
    throw refusal('saml_status', 'The provider did not sign you in.');
  }
  const destination = response.getAttribute('Destination');
  if (destination !== null && destination !== '' && destination !== recipient) {
    throw refusal('saml_destination', 'The answer was meant for another address.');
  }
  const issuer = onlyChild(response, ns.assertion, 'Issuer');
  if (issuer && contentOf(issuer) !== settings.entityId) throw otherIssuer();
}

function readAssertion(
  assertion: Element,
  expected: SamlExpectation,
  answered: string | null,
): SamlAnswer {
  if (assertion.getAttribute('Version') !== '2.0') throw malformed();
  if (contentOf(onlyChild(assertion, ns.assertion, 'Issuer')) !== expected.settings.entityId) {
    throw otherIssuer();
  }
  requireConditions(assertion, expected);
  requireStatement(assertion, expected);
  const subject = onlyChild(assertion, ns.assertion, 'Subject');
  if (!subject) throw malformed();
  const inResponseTo = requireConfirmation(subject, expected);
  if (answered !== null && answered !== '' && answered !== inResponseTo) {
    throw refusal('saml_in_response_to', 'The answer is for another sign-in than its assertion.');
  }
  return { inResponseTo, person: readPerson(assertion, subject, expected.settings) };
}

function requireConditions(assertion: Element, { audience, now }: SamlExpectation): void {
  const conditions = onlyChild(assertion, ns.assertion, 'Conditions');
  if (!conditions) throw malformed();
  requireTime(conditions, now, false);
  const restrictions = childrenOf(conditions, ns.assertion, 'AudienceRestriction');
  const isForUs =
    restrictions.length > 0 &&
    restrictions.every((each) =>
      childrenOf(each, ns.assertion, 'Audience').some((one) => contentOf(one) === audience),
    );
  if (!isForUs) throw refusal('saml_audience', 'The assertion is for another service.');
}

function requireStatement(assertion: Element, { now }: SamlExpectation): void {
  const statements = childrenOf(assertion, ns.assertion, 'AuthnStatement');
  if (statements.length === 0) throw malformed();
  for (const each of statements) {
    const ends = each.getAttribute('SessionNotOnOrAfter');
    if (ends !== null && ends !== '' && !(timeOf(ends) > now - skewMs)) throw expired();
  }
}

/** By a bearer, for our address, in answer to a request, and not too late. */
function requireConfirmation(subject: Element, { recipient, now }: SamlExpectation): string {
  const confirmations = childrenOf(subject, ns.assertion, 'SubjectConfirmation').filter(
    (each) => each.getAttribute('Method') === bearer,
  );
  const [confirmation] = confirmations;
  const data = confirmation && onlyChild(confirmation, ns.assertion, 'SubjectConfirmationData');
  if (!data || confirmations.length > 1) throw malformed();
  if (data.getAttribute('Recipient') !== recipient) {
    throw refusal('saml_recipient', 'The assertion is for another address than this one.');
  }
  requireTime(data, now, true);
  const inResponseTo = data.getAttribute('InResponseTo');
  if (inResponseTo !== null && inResponseTo !== '') return inResponseTo;
  throw refusal(
    'saml_idp_initiated',
    'Sign-in begins at Plugboard: one that a provider begins could be somebody else’s.',
  );
}

function requireTime(element: Element, now: number, needsEnd: boolean): void {
  const notBefore = element.getAttribute('NotBefore');
  const notOnOrAfter = element.getAttribute('NotOnOrAfter');
  const hasEnd = notOnOrAfter !== null && notOnOrAfter !== '';
  if (needsEnd && !hasEnd) throw malformed();
  if (hasEnd && !(timeOf(notOnOrAfter) > now - skewMs)) throw expired();
  if (notBefore !== null && notBefore !== '' && !(timeOf(notBefore) <= now + skewMs)) {
    throw refusal('saml_too_early', 'The assertion is not in force yet: compare the clocks.');
  }
}

function timeOf(text: string): number {
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? Date.parse(text) : Number.NaN;
}

const usualNames = {
  email: [
    'email',
    'mail',
    'urn:oid:0.9.2342.19200300.100.1.3',
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
  ],
  name: [
    'displayName',
    'name',
    'urn:oid:2.16.840.1.113730.3.1.241',
    'http://schemas.microsoft.com/identity/claims/displayname',
  ],
  groups: ['groups', 'memberOf', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups'],
} as const;

function readPerson(assertion: Element, subject: Element, { claims }: SamlSettings): SsoPerson {
  const nameId = onlyChild(subject, ns.assertion, 'NameID');
  const id = textOf(contentOf(nameId));
  const format = nameId?.getAttribute('Format') ?? '';
  if (id === undefined) throw malformed();
  if (format === `${formats}:2.0:nameid-format:transient`) {
    throw refusal(
      'saml_transient',
      'The provider names people anew each time: set a persistent name id there.',
    );
  }
  const attributes = new Map<string, string[]>();
  for (const statement of childrenOf(assertion, ns.assertion, 'AttributeStatement')) {
    for (const attribute of childrenOf(statement, ns.assertion, 'Attribute')) {
      const name = attribute.getAttribute('Name') ?? '';
      const values = childrenOf(attribute, ns.assertion, 'AttributeValue').map((each) =>
        contentOf(each),
      );
      attributes.set(name, [...(attributes.get(name) ?? []), ...values]);
    }
  }
  const read = (what: keyof typeof usualNames) => {
    const own = claims[what];
    const names = own === undefined ? usualNames[what] : [own];
    return names.map((name) => attributes.get(name)).find((values) => values !== undefined);
  };
  const isEmail = format === `${formats}:1.1:nameid-format:emailAddress`;
  const email = emailOf(read('email')) ?? (isEmail ? emailOf(id) : undefined);
  return {
    subject: id,
    email,
    // An assertion says nothing of it: who signs it vouches for the domains that were proved.
    emailVerified: email !== undefined,
    name: textOf(read('name')),
    groups: listOf(read('groups') ?? []),
    claims: { nameId: id, format, ...Object.fromEntries(attributes) },
  };
}

function otherIssuer() {
  return refusal('saml_issuer', 'The assertion is of another provider than this one.');
}

function expired() {
  return refusal('saml_expired', 'The assertion is too old. Begin the sign-in again.');
}
