import { InvalidArgumentError } from 'commander';

/** Parser of an option that is a whole number from `least` on. */
export function wholeNumber(least: number): (written: string) => number {
  return (written) => {
    const number = Number(written);
    if (/^[0-9]+$/.test(written) && Number.isSafeInteger(number) && number >= least) return number;
    throw new InvalidArgumentError(`It must be a whole number, ${least} or more.`);
  };
}
