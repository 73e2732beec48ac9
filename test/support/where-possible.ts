type Run = () => void | Promise<void>;

/** A suite of uvu, or its `test`. */
interface Registrar {
  (name: string, run: Run): void;
  skip(name: string, run: Run): void;
}

/** Registers tests that this machine may lack something for. @param missing what it lacks, which each then says; null for nothing */
export function wherePossible(test: Registrar, missing: string | null): (name: string, run: Run) => void {
  return (name, run) => {
    if (missing === null) {
      test(name, run);
      return;
    }
    console.log(`SKIP ${name}: ${missing}`);
    test.skip(name, run);
  };
}
