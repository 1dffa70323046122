/** What a person can mend: said without a stack trace. */
export class SetupProblem extends Error {}
