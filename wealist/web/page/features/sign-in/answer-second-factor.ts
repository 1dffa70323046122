import { request } from '../../api/request.ts'

export interface FactorAnswer {
  readonly challenge: string
  readonly code: string
}

export async function answerSecondFactor(answer: FactorAnswer): Promise<void> {
  await request('POST /api/auth/second-factor', { body: answer })
}
