/** A half-open range of byte offsets. */
export interface Range {
  readonly start: number;
  readonly end: number;
}
