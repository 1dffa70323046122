import { isIPv6, type LookupFunction } from 'node:net'

/** Stands in for the look-up of a name whose addresses are known: what the name says by now makes no difference. */
export function pinnedLookup(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }))
  return (_host, options, callback) => {
    const [first] = found
    if (options.all === true || first === undefined) callback(null, found)
    else callback(null, first.address, first.family)
  }
}
