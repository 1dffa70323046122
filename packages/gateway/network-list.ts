import { BlockList, isIP, isIPv4 } from 'node:net'

/** Addresses and networks, and whether an address is among them. */
export class NetworkList {
  readonly #list = new BlockList()
  readonly isEmpty: boolean

  /** @param networks valid ones, see `isNetwork` */
  constructor(networks: readonly string[]) {
    this.isEmpty = networks.length === 0
    for (const network of networks) {
      const [address = '', bits] = network.split('/')
      const family = isIPv4(address) ? 'ipv4' : 'ipv6'
      this.#list.addSubnet(address, bits === undefined ? (family === 'ipv4' ? 32 : 128) : Number(bits), family)
    }
  }

  has(address: string): boolean {
    const family = isIP(address)
    return family !== 0 && this.#list.check(address, family === 4 ? 'ipv4' : 'ipv6')
  }
}
