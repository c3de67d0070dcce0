import { DOMParser, type Element, onErrorStopParsing } from '@xmldom/xmldom';

import { refusal } from '../refusal.ts';

export const ns = {
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
} as const;

/**
 * Parses what came from outside. Types, entities, comments, CDATA and instructions have no place in it:
 * each is a way to have two readers see two things.
 */
export function parseXml(text: string): Element {
  const rest = text.replace(/^\uFEFF?\s*<\?xml\b[^<>]*\?>/, '');
  if (/<[!?]/.test(rest)) throw malformed();
  let root: Element | null;
  try {
    root = new DOMParser({ onError: onErrorStopParsing }).parseFromString(
      rest.trim(),
      'text/xml',
    ).documentElement;
  } catch {
    throw malformed();
  }
  if (!root) throw malformed();
  return root;
}

export function isNamed(element: Element, namespace: string, name: string): boolean {
  return element.namespaceURI === namespace && element.localName === name;
}

/** Its own children of a name: never any deeper. */
export function childrenOf(parent: Element, namespace: string, name: string): readonly Element[] {
  return [...parent.getElementsByTagNameNS(namespace, name)].filter(
    (element) => element.parentNode === parent,
  );
}

/** All of a name below an element, itself included. */
export function everyNamed(root: Element, namespace: string, name: string): readonly Element[] {
  const below = [...root.getElementsByTagNameNS(namespace, name)];
  return isNamed(root, namespace, name) ? [root, ...below] : below;
}

/** The one child of a name; undefined when there is none, refused when there are several. */
export function onlyChild(parent: Element, namespace: string, name: string): Element | undefined {
  const found = childrenOf(parent, namespace, name);
  if (found.length > 1) throw malformed();
  return found[0];
}

export function contentOf(element: Element | undefined): string {
  return element?.textContent?.trim() ?? '';
}

export function malformed() {
  return refusal('saml_malformed', 'What the provider sent is not as SAML 2.0 has it.');
}
