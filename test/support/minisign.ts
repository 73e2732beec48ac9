import { execa } from 'execa';

/** Whether Debian's minisign is there: null, or what is missing in words. */
export async function cannotRunMinisign(): Promise<string | null> {
  const { failed } = await execa('minisign', ['-v'], { reject: false });
  return failed ? 'minisign is not installed' : null;
}

/** Runs minisign in a folder. @param answers lines that it reads as if they were typed: passwords */
export async function minisign(
  folder: string,
  parameters: readonly string[],
  answers: readonly string[] = [],
): Promise<{ readonly exitCode: number; readonly stderr: string }> {
  const { exitCode = -1, stderr } = await execa('minisign', parameters, {
    cwd: folder,
    reject: false,
    input: answers.map((line) => `${line}\n`).join(''),
  });
  return { exitCode, stderr };
}
