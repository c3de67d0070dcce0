import type { Level, OfferingKind } from '@plugboard/contracts';

/** One tool, prompt, resource or template of a contract. */
export interface ContractOffering {
  readonly kind: OfferingKind;
  readonly name: string;
  /** Its definition as raw JSON text. */
  readonly text: string;
  /** The level it needs: an admin's where one was set, else what its annotations ask for. */
  readonly level: Level;
}
