export const LOWEST_PORT = 1
export const HIGHEST_PORT = 65_535

/** True for a whole number from 1 to 65535. Port 0 asks the kernel for any port, so it names none. */
export function isPortNumber(value: number): boolean {
  return Number.isInteger(value) && value >= LOWEST_PORT && value <= HIGHEST_PORT
}
