import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';

import { makeScratch } from '../harness/scratch.ts';

/** As much of samlify as is used here: its own types bring a browser's with them, for all files. */
interface Samlify {
  setSchemaValidator(validator: { validate: (xml: string) => Promise<string> }): void;
  ServiceProvider(settings: { metadata: string }): {
    readonly entityMeta: {
      getEntityID(): string;
      getAssertionConsumerService(binding: string): unknown;
    };
  };
  IdentityProvider(settings: { metadata: string; privateKey: string }): {
    parseLoginRequest(
      sp: unknown,
      binding: string,
      request: { query: Record<string, string> },
    ): Promise<{ extract: { request?: { id?: unknown } } }>;
  };
  readonly SamlLib: { constructSAMLSignature(options: Record<string, unknown>): string };
}

const samlify: Samlify = createRequire(import.meta.url)('samlify');
const run = promisify(execFile);
const assertionPath = "/*[local-name(.)='Response']/*[local-name(.)='Assertion']";
const responsePath = "/*[local-name(.)='Response']";

/** What an assertion says; a test says what is to be wrong with it. */
export interface SamlChoices {
  readonly nameId?: string;
  readonly format?: string;
  readonly email?: string;
  readonly name?: string;
  readonly groups?: readonly string[];
  readonly issuer?: string;
  readonly audience?: string;
  readonly recipient?: string;
  readonly destination?: string;
  /** '' leaves it out, as a sign-in that the provider begins has it. */
  readonly inResponseTo?: string;
  /** Milliseconds from now at which it ends. */
  readonly endsIn?: number;
  readonly status?: string;
  /** What is signed; the assertion when absent. */
  readonly sign?: 'assertion' | 'response' | 'both' | 'nothing';
  readonly algorithm?: string;
  /** Changes the XML before it is signed. */
  readonly before?: (xml: string) => string;
  /** Changes the XML after it was signed. */
  readonly after?: (xml: string) => string;
}

export interface SamlIdentityProvider extends AsyncDisposable {
  readonly entityId: string;
  readonly ssoUrl: string;
  readonly certificate: string;
  readonly metadata: string;
  /** Reads a request as samlify does, and answers it with what a browser posts. */
  answer(
    requestUrl: string,
    serviceMetadata: string,
    choices?: SamlChoices,
  ): Promise<{ readonly acs: string; readonly fields: Record<string, string> }>;
}

/** A SAML identity provider that reads requests and signs assertions with samlify. */
export async function createSamlIdentityProvider(name = 'idp'): Promise<SamlIdentityProvider> {
  samlify.setSchemaValidator({ validate: async () => 'taken' });
  await using undo = new AsyncDisposableStack();
  const scratch = undo.use(await makeScratch('saml'));
  const file = (each: string) => path.join(scratch.path, each);
  const out = ['-keyout', file('key.pem'), '-out', file('cert.pem'), '-days', '2'];
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  await run('openssl', ['req', '-x509', ...key, ...out, '-subj', `/CN=${name}`]);
  const privateKey = await readFile(file('key.pem'), 'utf8');
  const certificate = await readFile(file('cert.pem'), 'utf8');
  const owned = undo.move();
  const entityId = `https://${name}.example.com/metadata`;
  const ssoUrl = `https://${name}.example.com/sso`;
  const metadata = `<?xml version="1.0"?><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}"><md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${certificate.replaceAll(/-----[A-Z ]+-----|\s/g, '')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${ssoUrl}"/></md:IDPSSODescriptor></md:EntityDescriptor>`;
  const idp = samlify.IdentityProvider({ metadata, privateKey });

  function sign(rawSamlMessage: string, referenceTagXPath: string, algorithm?: string): string {
    return samlify.SamlLib.constructSAMLSignature({
      rawSamlMessage,
      referenceTagXPath,
      privateKey,
      signingCert: certificate.replaceAll(/-----[A-Z ]+-----|\s/g, ''),
      signatureAlgorithm: algorithm ?? 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
      isBase64Output: false,
      signatureConfig: {
        prefix: 'ds',
        location: { reference: `${referenceTagXPath}/*[local-name(.)='Issuer']`, action: 'after' },
      },
    });
  }

  return {
    entityId,
    ssoUrl,
    certificate,
    metadata,
    async answer(requestUrl, serviceMetadata, choices = {}) {
      const sp = samlify.ServiceProvider({ metadata: serviceMetadata });
      const query = Object.fromEntries(new URL(requestUrl).searchParams);
      const { extract } = await idp.parseLoginRequest(sp, 'redirect', { query });
      const acs = String(sp.entityMeta.getAssertionConsumerService('post'));
      const xml = response(
        {
          entityId,
          acs,
          audience: sp.entityMeta.getEntityID(),
          requestId: String(extract.request?.id),
        },
        choices,
      );
      let text = choices.before?.(xml) ?? xml;
      const what = choices.sign ?? 'assertion';
      if (what === 'assertion' || what === 'both')
        text = sign(text, assertionPath, choices.algorithm);
      if (what === 'response' || what === 'both')
        text = sign(text, responsePath, choices.algorithm);
      text = choices.after?.(text) ?? text;
      return { acs, fields: { SAMLResponse: Buffer.from(text).toString('base64') } };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function response(
  facts: { entityId: string; acs: string; audience: string; requestId: string },
  choices: SamlChoices,
): string {
  const now = Date.now();
  const at = (ms: number) => new Date(now + ms).toISOString();
  const ends = at(choices.endsIn ?? 300_000);
  const issuer = `<saml:Issuer>${choices.issuer ?? facts.entityId}</saml:Issuer>`;
  const request = choices.inResponseTo ?? facts.requestId;
  const answers = request === '' ? '' : ` InResponseTo="${request}"`;
  const {
    email = 'ann@corp.example',
    format = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    status = 'urn:oasis:names:tc:SAML:2.0:status:Success',
  } = choices;
  const attribute = (name: string, values: readonly string[]) =>
    `<saml:Attribute Name="${name}">${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('')}</saml:Attribute>`;
  return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r${randomUUID()}" Version="2.0" IssueInstant="${at(0)}" Destination="${choices.destination ?? facts.acs}"${answers}>${issuer}<samlp:Status><samlp:StatusCode Value="${status}"/></samlp:Status><saml:Assertion ID="_a${randomUUID()}" Version="2.0" IssueInstant="${at(0)}">${issuer}<saml:Subject><saml:NameID Format="${format}">${choices.nameId ?? `id-of-${email}`}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="${ends}" Recipient="${choices.recipient ?? facts.acs}"${answers}/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="${at(-600_000)}" NotOnOrAfter="${ends}"><saml:AudienceRestriction><saml:Audience>${choices.audience ?? facts.audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="${at(0)}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>${attribute('email', [email])}${attribute('displayName', [choices.name ?? 'Ann Person'])}${attribute('groups', choices.groups ?? [])}</saml:AttributeStatement></saml:Assertion></samlp:Response>`;
}
