import { Spec, Validation } from '@cyclonedx/cyclonedx-library';

/** What the standard's own JSON schema (strict, 1.6) objects to; null for a valid document. */
export async function cycloneDxProblems(text: string): Promise<unknown> {
  return await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text);
}
