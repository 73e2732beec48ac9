/** Why a value without quotes is refused although YAML can read it, or null. */
export function plainScalarTrouble(
  source: string,
  value: unknown,
): { message: string; remedy: string } | null {
  if (typeof value === 'number' && !/^-?(0|[1-9]\d{0,14})(\.\d{1,9})?$/.test(source)) {
    return {
      message: `${source} is a number in an unusual form`,
      remedy: 'write plain decimal digits, or put it in quotes if it is text',
    };
  }
  if (typeof value === 'string' && readDifferently.test(source)) {
    return {
      message: `${source} without quotes is text in YAML 1.2 and something else in YAML 1.1`,
      remedy: `write true or false for a truth value; put text in quotes: '${source}'`,
    };
  }
  return null;
}

/** Truth values, numbers with underscores or colons and dates of YAML 1.1 (https://yaml.org/type/), which many editors still read. */
const readDifferently =
  /^(y|n|yes|no|on|off|[-+]?\d[\d_]*_[\d_]*(\.[\d_]*)?|[-+]?\d+(:[0-5]?\d)+(\.\d*)?|0b[01_]+|\d{4}-\d\d?-\d\d?([Tt ].*)?)$/i;
