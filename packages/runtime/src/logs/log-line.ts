/** One line of an instance's log, as it is stored: one JSON object a line. */
export interface LogLine {
  /** ISO 8601, UTC, milliseconds. */
  readonly time: string;
  /** `plugboard` says what happened to the server or to its log. */
  readonly stream: 'stderr' | 'plugboard';
  readonly text: string;
}
