/** The only source of time. Decisions never see it: they take `nowMs`. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
}
