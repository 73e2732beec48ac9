/** What is left to do about a failure that nothing in a recipe explains. */
export const againThenReport =
  'run the same command again; if it stays so, report it with all that was printed';
