import type { Me } from '../../api/contract.ts'
import { code, codeOf, present, textOf } from '../../ui/form-rules.ts'
import type { OwnerProof } from './remove-account.ts'

type Factors = Pick<Me, 'hasPassword' | 'hasTotp'>

/** What the account is asked for before it goes; nothing where a provider signs it in and there is no second factor. */
export function factorOf({ hasPassword, hasTotp }: Factors): 'password' | 'code' | undefined {
  if (hasPassword) return 'password'
  return hasTotp ? 'code' : undefined
}

export function rulesOf(me: Factors) {
  switch (factorOf(me)) {
    case 'password':
      return { password: present }
    case 'code':
      return { code }
    default:
      return {}
  }
}

export function proofOf(me: Factors, values: FormData): OwnerProof {
  switch (factorOf(me)) {
    case 'password':
      return { password: textOf(values, 'password') }
    case 'code':
      return { code: codeOf(textOf(values, 'code')) }
    default:
      return {}
  }
}
