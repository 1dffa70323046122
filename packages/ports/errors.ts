import { AppError, type ErrorCatalogue } from '@portolan/errors'

export const PORTS_ERRORS = {
  PORTS_NUMBER_INVALID: { status: 400, title: 'Not a port number' },
  PORTS_RANGE_INVALID: { status: 400, title: 'Not a port range' },
  PORTS_PAIR_INVALID: { status: 400, title: 'The port has no pair' },
  PORTS_ADDRESS_INVALID: { status: 400, title: 'Not an IP address' },
  PORTS_EPHEMERAL_RANGE_INVALID: { status: 500, title: "The kernel's ephemeral range cannot be read" },
  PORTS_CAPACITY_INVALID: { status: 400, title: 'Not a count that ports can be shared by' },
} as const satisfies ErrorCatalogue

type PortsErrorCode = keyof typeof PORTS_ERRORS

function portsError(code: PortsErrorCode, message: string, details: Readonly<Record<string, unknown>>): AppError {
  return new AppError(code, message, { status: PORTS_ERRORS[code].status, details })
}

export function numberInvalid(value: unknown): AppError {
  const message = `"${String(value)}" is not a port. Expected a whole number from 1 to 65535. Correct the number.`
  return portsError('PORTS_NUMBER_INVALID', message, { value: String(value) })
}

/** @param hint what to write instead, as a sentence */
export function rangeInvalid(text: string, hint: string): AppError {
  const message =
    `"${text}" is not a port or a range of ports. ` +
    `Expected one port such as "8080", or first and last such as "50000-50020", each from 1 to 65535. ${hint}`
  return portsError('PORTS_RANGE_INVALID', message, { text })
}

export function pairInvalid(port: number): AppError {
  const message =
    `Port "${port}" has no pair: blue would be port 0, which nothing can listen on. ` +
    `Expected a port from 2 to 65535. Choose another port.`
  return portsError('PORTS_PAIR_INVALID', message, { port })
}

/** @param hint what to write instead, as a sentence */
export function addressInvalid(text: string, hint: string): AppError {
  const message =
    `"${text}" is not an IP address. ` +
    `Expected four decimal numbers such as "192.0.2.1", or IPv6 text such as "2001:db8::1". ${hint}`
  return portsError('PORTS_ADDRESS_INVALID', message, { text })
}

export function ephemeralRangeInvalid(text: string): AppError {
  const message =
    `"${text.trim()}" is not an ephemeral range. Expected two ports, the first not above the last, ` +
    `as in /proc/sys/net/ipv4/ip_local_port_range. Read that file again.`
  return portsError('PORTS_EPHEMERAL_RANGE_INVALID', message, { text })
}

export function capacityInvalid(name: string, value: number): AppError {
  const message = `"${name}" is "${value}". Expected a whole number of at least 1. Correct the count.`
  return portsError('PORTS_CAPACITY_INVALID', message, { name, value })
}
