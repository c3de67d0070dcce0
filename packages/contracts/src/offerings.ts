/** What an instance can offer. Grants call each of them a tool; the wire keeps them apart. */
export const offeringKinds = ['tool', 'prompt', 'resource', 'resource_template'] as const;

export type OfferingKind = (typeof offeringKinds)[number];
