import { AppError, type ErrorCatalogue } from '@portolan/errors'

export const CHECK_ERRORS = {
  CHECK_STACKS_DIFFER: { status: 422, title: 'The files describe different stacks' },
} as const satisfies ErrorCatalogue

export function stacksDiffer(
  a: { readonly name: string; readonly file: string },
  b: { readonly name: string; readonly file: string },
): AppError {
  const message =
    `"${a.file}" describes stack "${a.name}" and "${b.file}" stack "${b.name}". ` +
    'Only two files about the same stack can contradict each other. Compare files with the same "stack:".'
  const { status } = CHECK_ERRORS.CHECK_STACKS_DIFFER
  return new AppError('CHECK_STACKS_DIFFER', message, { status, details: { stacks: [a.name, b.name] } })
}
