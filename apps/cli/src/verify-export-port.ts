/** What was found in the file of an audit export. */
export interface ExportVerification {
  /** Records found to be whole, from the first on. */
  readonly records: number;
  /** Hash of the last of them, hex: to be compared with one that is trusted. */
  readonly head: string | undefined;
  /** The first fault, naming its line; undefined when the export is whole. */
  readonly fault: string | undefined;
}

/** Checks the lines of an export, without a server. */
export type VerifyExport = (lines: AsyncIterable<string>) => Promise<ExportVerification>;
