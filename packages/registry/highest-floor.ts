/** Numbers beyond 2^53 are not exact any more in JavaScript; this leaves the sequences nine tenths of them. */
export const HIGHEST_FLOOR = 900_000_000_000_000
